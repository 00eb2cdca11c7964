package io.smolvlm.app.rest;

import io.smolvlm.models.engine.ContextLengthException;
import io.smolvlm.models.engine.OverloadedException;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;
import jakarta.ws.rs.WebApplicationException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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
      case OverloadedException e ->
          new ApiException(ApiError.OVERLOADED, null, sentence(e), e.retryAfter());
      case FormatException e -> ofModel(e, requestId);
      case SmolVlmException e when e.code() == ErrorCode.INTERNAL -> internal(e, requestId);
      case SmolVlmException e -> new ApiException(error(e), parameter(e), sentence(e));
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
      case 413 -> Limits.tooLarge();
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

  private static ApiError error(SmolVlmException e) {
    return switch (e.code()) {
      case EMPTY, CORRUPT, ENCRYPTED -> ApiError.INVALID_IMAGE;
      case TOO_LARGE -> ApiError.IMAGE_TOO_LARGE;
      case UNSUPPORTED, LIMIT, MISSING, MISMATCH, UNSAFE, INVALID_VALUE -> ApiError.INVALID_VALUE;
      case CONTEXT_LENGTH -> ApiError.CONTEXT_LENGTH_EXCEEDED;
      case MODEL_NOT_FOUND -> ApiError.MODEL_NOT_FOUND;
      case OVERLOADED -> ApiError.OVERLOADED;
      case INTERNAL -> ApiError.INTERNAL;
    };
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
    StringBuilder out = new StringBuilder();
    out.append("This model's context holds ")
        .append(e.limit())
        .append(" tokens; the prompt takes ");
    out.append(e.prompt()).append(" (");
    int pictures = e.perImage().stream().mapToInt(Integer::intValue).sum();
    out.append(e.prompt() - pictures).append(" of text");
    for (int i = 0; i < e.perImage().size(); i++) {
      out.append(", ").append(e.perImage().get(i)).append(" of picture ").append(i + 1);
    }
    return out.append("), and the answer needs at least one.").toString();
  }
}
