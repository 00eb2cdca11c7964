package io.smolvlm.tensor;

/// The base of every error that bad input can cause. Its message is written for the person who gave
/// the input: it names what was given, what was found and what is allowed, never a class of ours.
///
/// Programming errors are [IllegalArgumentException] and [IllegalStateException] instead.
public class SmolVlmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public SmolVlmException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  public SmolVlmException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public final ErrorCode code() {
    return code;
  }
}
