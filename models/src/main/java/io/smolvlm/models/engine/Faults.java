package io.smolvlm.models.engine;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.time.Duration;

/// Failures as the caller and as the log may see them.
final class Faults {
  private static final int FRAMES = 16;

  private Faults() {}

  /// What a caller is told.
  static SmolVlmException told(Throwable failure) {
    return switch (failure) {
      case SmolVlmException known -> known;
      case OutOfMemoryError e ->
          new OverloadedException(
              "there is no memory for this answer now", Duration.ofSeconds(10), e);
      default -> new SmolVlmException(ErrorCode.INTERNAL, "the answer failed", failure);
    };
  }

  /// Kinds and places of a failure and its causes, without their messages: those may hold what a
  /// user wrote.
  static String described(Throwable failure) {
    var text = new StringBuilder();
    int depth = 0;
    for (Throwable t = failure; t != null && depth < 4; t = t.getCause(), depth++) {
      text.append(depth == 0 ? "" : "\ncaused by ").append(t.getClass().getName());
      if (t instanceof SmolVlmException known) {
        text.append(" (").append(known.code().label()).append(')');
      }
      StackTraceElement[] frames = t.getStackTrace();
      for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
        text.append("\n  at ").append(frames[i]);
      }
    }
    return text.toString();
  }
}
