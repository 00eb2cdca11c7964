package io.smolvlm.app.intake;

import io.smolvlm.app.intake.IntakeException.Reason;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.document.DocumentLimits;
import java.util.Locale;

/// What a refusal of a reader means for a client. The reader's own message stays here.
final class Refusals {
  private Refusals() {}

  static IntakeException of(ErrorCode code, ImageLimits limits) {
    return switch (code) {
      case UNSUPPORTED, ENCRYPTED, UNSAFE -> new IntakeException(Reason.UNSUPPORTED_IMAGE);
      case TOO_LARGE -> tooLarge(limits);
      case LIMIT -> new IntakeException(Reason.LIMIT);
      default -> new IntakeException(Reason.INVALID_IMAGE);
    };
  }

  static IntakeException ofDocument(ErrorCode code, DocumentLimits limits) {
    return switch (code) {
      case UNSUPPORTED, UNSAFE -> new IntakeException(Reason.UNSUPPORTED_DOCUMENT);
      case ENCRYPTED -> new IntakeException(Reason.ENCRYPTED_DOCUMENT);
      case TOO_LARGE -> documentTooLarge(limits);
      case LIMIT ->
          new IntakeException(
              Reason.DOCUMENT_LIMIT,
              String.format(
                  Locale.ROOT,
                  ": at most %s s a page and %s s in all.",
                  limits.pageTime().toMillis() / 1e3,
                  limits.time().toMillis() / 1e3));
      default -> new IntakeException(Reason.INVALID_DOCUMENT);
    };
  }

  static IntakeException documentTooLarge(DocumentLimits limits) {
    return new IntakeException(
        Reason.DOCUMENT_TOO_LARGE,
        String.format(Locale.ROOT, ": at most %d bytes.", limits.maxBytes()));
  }

  static IntakeException tooManyPages(int found, DocumentLimits limits) {
    return new IntakeException(
        Reason.TOO_MANY_PAGES,
        String.format(Locale.ROOT, ": found %d, at most %d.", found, limits.maxPages()));
  }

  static IntakeException tooLarge(ImageLimits limits) {
    return new IntakeException(
        Reason.IMAGE_TOO_LARGE,
        String.format(
            Locale.ROOT,
            ": at most %d bytes, %d pixels and %d pixels a side.",
            limits.maxBytes(),
            limits.maxPixels(),
            limits.maxSide()));
  }
}
