package io.smolvlm.app.cli;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;

/// What the process tells its caller.
final class ExitStatus {
  static final int OK = 0;
  static final int OTHER = 1;
  static final int BAD_INPUT = 2;
  static final int BAD_MODEL = 3;

  private ExitStatus() {}

  static int of(Throwable error) {
    return switch (error) {
      case FormatException _, BadModelException _ -> BAD_MODEL;
      case SmolVlmException e -> of(e.code());
      default -> OTHER;
    };
  }

  private static int of(ErrorCode code) {
    return switch (code) {
      case EMPTY,
          UNSUPPORTED,
          CORRUPT,
          TOO_LARGE,
          LIMIT,
          ENCRYPTED,
          MISSING,
          MISMATCH,
          UNSAFE,
          INVALID_VALUE,
          CONTEXT_LENGTH ->
          BAD_INPUT;
      case MODEL_NOT_FOUND -> BAD_MODEL;
      case UNREACHABLE, OVERLOADED, INTERNAL -> OTHER;
    };
  }
}
