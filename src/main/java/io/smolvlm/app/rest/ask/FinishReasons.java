package io.smolvlm.app.rest.ask;

import io.smolvlm.models.engine.GenerationResult.FinishReason;
import org.jspecify.annotations.Nullable;

/// Why an answer ended, in OpenAI's words.
public final class FinishReasons {
  private FinishReasons() {}

  /// `stop` or `length`: an answer that went in circles was cut, as one that became too long.
  public static String label(FinishReason reason) {
    return switch (reason) {
      case STOP -> "stop";
      case LENGTH, REPETITION -> "length";
      case CANCELLED, DEADLINE -> throw new IllegalArgumentException("no answer: " + reason);
    };
  }

  /// What OpenAI has no word for; null for the rest.
  public static @Nullable String detail(FinishReason reason) {
    return reason == FinishReason.REPETITION ? "repetition" : null;
  }
}
