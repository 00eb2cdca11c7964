package io.smolvlm.app.rest;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A refusal on its way to the client. Its message is the sentence that the client reads: ours,
/// naming limits and given values, never text of another exception, a path or an address.
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ApiError error;
  private final @Nullable String param;
  private final Duration retryAfter;

  /// @param param the parameter that is at fault, as in `messages[0].content`; null for none
  public ApiException(ApiError error, @Nullable String param, String message) {
    this(error, param, message, Duration.ofSeconds(1));
  }

  /// @param retryAfter told to the client when the error [passes][ApiError#passes]; 1 to 10 s
  public ApiException(ApiError error, @Nullable String param, String message, Duration retryAfter) {
    super(message, null, false, false);
    this.error = error;
    this.param = param;
    this.retryAfter = retryAfter;
  }

  public ApiError error() {
    return error;
  }

  public @Nullable String param() {
    return param;
  }

  /// The sentence for the client.
  public String sentence() {
    return String.valueOf(getMessage());
  }

  /// Whole seconds from 1 to 10.
  public long retryAfterSeconds() {
    return Math.clamp(retryAfter.plusMillis(999).toSeconds(), 1, 10);
  }
}
