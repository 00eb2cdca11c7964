package io.smolvlm.models.engine;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.time.Duration;

/// A request was not taken on, or let go unanswered: too much is waiting, or the engine is being
/// shut down. The same request may go later.
public final class OverloadedException extends SmolVlmException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  OverloadedException(String message, Duration retryAfter) {
    super(ErrorCode.OVERLOADED, message);
    this.retryAfter = retryAfter;
  }

  OverloadedException(String message, Duration retryAfter, Throwable cause) {
    super(ErrorCode.OVERLOADED, message, cause);
    this.retryAfter = retryAfter;
  }

  /// Without the frames: an expected answer, given hundreds of times a second when it is given.
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }

  /// When to try again, 1 to 10 seconds: the estimated wait of what is there already.
  public Duration retryAfter() {
    return retryAfter;
  }
}
