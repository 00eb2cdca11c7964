package io.smolvlm.app.rest;

import io.smolvlm.app.intake.IntakeException;
import io.smolvlm.models.engine.ContextLengthException;
import io.smolvlm.models.engine.OverloadedException;
import io.smolvlm.models.engine.Prompt;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;
import jakarta.ws.rs.WebApplicationException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Any failure to the refusal that a client may read.
public final class Refusals {
  private static final Logger LOG = System.getLogger(Refusals.class.getName());

  private Refusals() {}

  /// The refusal that a failure means. What nobody foresaw is logged with the request's id, and the
  /// client is told the id only.
  public static ApiException of(Throwable failure, String requestId) {
    return switch (failure) {
      case ApiException e -> e;
      case ContextLengthException e ->
          new ApiException(ApiError.CONTEXT_LENGTH_EXCEEDED, "messages", sentence(e));
      case IntakeException e -> of(e, "image");
      case OverloadedException e -> overloaded(e.retryAfter());
      case FormatException e -> ofModel(e, requestId);
      case SmolVlmException e -> of(e, requestId);
      case WebApplicationException e -> ofStatus(e.getResponse().getStatus(), failure, requestId);
      default -> internal(failure, requestId);
    };
  }

  /// The refusal for a status that a library chose.
  static ApiException ofStatus(int status, @Nullable Throwable failure, String requestId) {
    return switch (status) {
      case 404 -> new ApiException(ApiError.NOT_FOUND, null, "There is nothing at this address.");
      case 405 ->
          new ApiException(
              ApiError.METHOD_NOT_ALLOWED, null, "This address does not take this method.");
      case 413 -> new ApiException(ApiError.REQUEST_TOO_LARGE, null, "The request is too long.");
      case 415 ->
          new ApiException(
              ApiError.UNSUPPORTED_MEDIA_TYPE,
              null,
              "The Content-Type of this request is not taken here.");
      case 401 ->
          new ApiException(
              ApiError.INVALID_API_KEY, null, "No valid API key was given with this request.");
      case 403 -> new ApiException(ApiError.PERMISSION_DENIED, null, "This key may not do that.");
      case 503 -> new ApiException(ApiError.OVERLOADED, null, "The service is busy.");
      default ->
          status >= 400 && status < 500
              ? new ApiException(ApiError.INVALID_VALUE, null, "The request cannot be read.")
              : internal(failure, requestId);
    };
  }

  private static ApiException internal(@Nullable Throwable failure, String requestId) {
    LOG.log(Level.ERROR, "request " + requestId + " failed", failure);
    return new ApiException(
        ApiError.INTERNAL,
        null,
        "The request failed for a reason within the service. Its id is " + requestId + ".");
  }

  /// A rule of the model's own files stops the request: its chat template, mostly.
  private static ApiException ofModel(FormatException e, String requestId) {
    return switch (e.code()) {
      case UNSUPPORTED, LIMIT, UNSAFE, TOO_LARGE -> {
        LOG.log(Level.DEBUG, "request {0}: {1}", requestId, e.getMessage());
        yield new ApiException(
            ApiError.INVALID_VALUE,
            "messages",
            "The model's chat template does not take this conversation.");
      }
      default -> internal(e, requestId);
    };
  }

  private static ApiException of(SmolVlmException e, String requestId) {
    ApiError error =
        switch (e.code()) {
          case EMPTY, CORRUPT, ENCRYPTED -> ApiError.INVALID_IMAGE;
          case TOO_LARGE -> ApiError.IMAGE_TOO_LARGE;
          case UNSUPPORTED, LIMIT, MISMATCH, UNSAFE, INVALID_VALUE -> ApiError.INVALID_VALUE;
          case CONTEXT_LENGTH -> ApiError.CONTEXT_LENGTH_EXCEEDED;
          case MODEL_NOT_FOUND -> ApiError.MODEL_NOT_FOUND;
          case OVERLOADED -> ApiError.OVERLOADED;
          case MISSING, UNREACHABLE, INTERNAL -> ApiError.INTERNAL;
        };
    return error == ApiError.INTERNAL
        ? internal(e, requestId)
        : new ApiException(error, parameter(e), sentence(e));
  }

  static ApiException overloaded(Duration retryAfter) {
    return new ApiException(
        ApiError.OVERLOADED,
        null,
        "The service has as much to do as it takes on; try again later.",
        retryAfter);
  }

  /// The refusal of a picture.
  ///
  /// @param path where it stands in the request
  public static ApiException of(IntakeException e, String path) {
    ApiError error =
        switch (e.reason()) {
          case INVALID_BASE64 -> ApiError.INVALID_BASE64;
          // An address that gave no picture counts as a picture that cannot be read.
          case INVALID_IMAGE, FETCH_FAILED, INVALID_DOCUMENT, ENCRYPTED_DOCUMENT ->
              ApiError.INVALID_IMAGE;
          case UNSUPPORTED_IMAGE, UNSUPPORTED_DOCUMENT -> ApiError.UNSUPPORTED_IMAGE;
          case IMAGE_TOO_LARGE, LIMIT, DOCUMENT_TOO_LARGE, DOCUMENT_LIMIT ->
              ApiError.IMAGE_TOO_LARGE;
          case TOO_MANY_PAGES -> ApiError.TOO_MANY_PAGES;
          case BLOCKED_URL -> ApiError.BLOCKED_URL;
          case BUSY, ABANDONED -> ApiError.OVERLOADED;
        };
    return new ApiException(error, path, String.valueOf(e.getMessage()));
  }

  /// Messages of ours begin with the parameter's name and a colon.
  private static @Nullable String parameter(SmolVlmException e) {
    String message = String.valueOf(e.getMessage());
    int colon = message.indexOf(':');
    String name = colon < 0 ? "" : message.substring(0, colon);
    return name.matches("[a-z_]{1,40}") ? name : null;
  }

  private static String sentence(SmolVlmException e) {
    return String.valueOf(e.getMessage());
  }

  private static String sentence(ContextLengthException e) {
    return lengths(e.limit(), e.prompt(), e.perImage(), 1);
  }

  /// The refusal of a prompt that leaves less room than the client asked for.
  ///
  /// @param answer tokens asked for
  public static ApiException contextLength(int limit, Prompt prompt, int answer) {
    List<Integer> perImage = new ArrayList<>();
    int pictures = prompt.tiles().stream().mapToInt(tile -> tile.picture() + 1).max().orElse(0);
    for (int i = 0; i < pictures; i++) {
      perImage.add(prompt.imageTokens(i));
    }
    return new ApiException(
        ApiError.CONTEXT_LENGTH_EXCEEDED,
        "messages",
        lengths(limit, prompt.length(), perImage, answer));
  }

  private static String lengths(int limit, int prompt, List<Integer> perImage, int answer) {
    StringBuilder out = new StringBuilder();
    // OpenAI's first words: LiteLLM tells a full context by them, not by the code.
    out.append("This model's maximum context length is ").append(limit);
    out.append(" tokens; the prompt takes ");
    out.append(prompt).append(" (");
    out.append(prompt - perImage.stream().mapToInt(Integer::intValue).sum()).append(" of text");
    for (int i = 0; i < perImage.size(); i++) {
      out.append(", ").append(perImage.get(i)).append(" of picture ").append(i + 1);
    }
    return out.append(") and the answer needs ").append(answer).append('.').toString();
  }
}
