package io.smolvlm.app.intake;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// A picture or document is refused. Reasons and sentences are fixed: nothing of it, its address or
/// of what a decoder said about it is in the message, which may be shown to the client.
public final class IntakeException extends SmolVlmException {
  private static final long serialVersionUID = 1L;

  /// Why a picture is refused, and what clients are told.
  public enum Reason {
    /// The `data:` URI is not one with base64, or its base64 is damaged.
    INVALID_BASE64(
        ErrorCode.CORRUPT,
        "invalid_base64",
        "The file is not a data URI with valid base64 (data:image/png;base64,...)."),
    /// The file is damaged, cut or empty.
    INVALID_IMAGE(
        ErrorCode.CORRUPT, "invalid_image", "The picture's file is damaged, cut or empty."),
    /// The content is none of the formats that are read.
    UNSUPPORTED_IMAGE(
        ErrorCode.UNSUPPORTED,
        "unsupported_image",
        "The picture's content is none of PNG, JPEG, GIF, BMP, WebP and TIFF, or a variant of"
            + " them that is not read."),
    /// Bytes, pixels or a side over the cap.
    IMAGE_TOO_LARGE(
        ErrorCode.TOO_LARGE, "image_too_large", "The picture is larger than is allowed"),
    /// Decoding was stopped by a cap on time or memory.
    LIMIT(
        ErrorCode.LIMIT,
        "image_too_large",
        "Decoding the picture takes more time or memory than is allowed"),
    /// The address may not be reached; one sentence whatever the rule, so that nobody can learn
    /// from it what lies behind.
    BLOCKED_URL(
        ErrorCode.UNSAFE,
        "blocked_url",
        "The picture's address is not allowed. Send the picture as a data URI instead."),
    /// The address is allowed, but gave no picture in time.
    FETCH_FAILED(
        ErrorCode.MISSING,
        "invalid_image",
        "The picture's address did not give a picture in time. Send the picture as a data URI"
            + " instead."),
    /// The document is damaged, cut or has no pages.
    INVALID_DOCUMENT(
        ErrorCode.CORRUPT, "invalid_image", "The document is damaged, cut or without pages."),
    /// Only documents that open without a password are read.
    ENCRYPTED_DOCUMENT(
        ErrorCode.ENCRYPTED,
        "invalid_image",
        "The document needs a password; send it without one."),
    /// The content is no PDF, or has a page that cannot be read.
    UNSUPPORTED_DOCUMENT(
        ErrorCode.UNSUPPORTED,
        "unsupported_image",
        "The file's content is no PDF, or one with pictures of a kind that is not read."),
    /// Bytes over the cap.
    DOCUMENT_TOO_LARGE(
        ErrorCode.TOO_LARGE, "image_too_large", "The document is larger than is allowed"),
    /// Drawing was stopped by a cap on time or memory.
    DOCUMENT_LIMIT(
        ErrorCode.LIMIT,
        "image_too_large",
        "Drawing the document takes more time or memory than is allowed"),
    /// More pages than are drawn of one document.
    TOO_MANY_PAGES(
        ErrorCode.LIMIT, "too_many_pages", "The document has more pages than are allowed"),
    /// No decoder is free; the same request may succeed later.
    BUSY(ErrorCode.OVERLOADED, "overloaded", "Too many pictures are waiting to be decoded."),
    /// Whoever asked has gone; nobody reads this.
    ABANDONED(ErrorCode.LIMIT, "request_cancelled", "The request was given up by its client.");

    private final ErrorCode errorCode;
    private final String code;
    private final String sentence;

    Reason(ErrorCode errorCode, String code, String sentence) {
      this.errorCode = errorCode;
      this.code = code;
      this.sentence = sentence;
    }

    /// The `code` of the API's error object; its status is 400, and 503 for [#BUSY].
    public String code() {
      return code;
    }
  }

  private final Reason reason;

  public IntakeException(Reason reason) {
    this(reason, "");
  }

  /// @param limits a clause of ours that states the caps, of numbers only
  IntakeException(Reason reason, String limits) {
    super(reason.errorCode, limits.isEmpty() ? end(reason.sentence) : reason.sentence + limits);
    this.reason = reason;
  }

  private static String end(String sentence) {
    return sentence.endsWith(".") ? sentence : sentence + ".";
  }

  public Reason reason() {
    return reason;
  }
}
