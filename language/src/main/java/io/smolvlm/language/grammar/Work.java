package io.smolvlm.language.grammar;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// What compiling one schema may cost, and how it is refused.
final class Work {
  /// About a tenth of a second of work.
  private static final long STEPS = 20_000_000;

  private long left = STEPS;

  /// @throws SmolVlmException once the schema has cost too much
  void spend(long steps, String keyword, String path) {
    left -= steps;
    if (left < 0) {
      throw refused(keyword, path, "makes the schema too large to compile");
    }
  }

  /// @param keyword what is wrong
  /// @param path where it stands, as a JSON pointer
  static SmolVlmException refused(String keyword, String path, String why) {
    return new SmolVlmException(
        ErrorCode.INVALID_VALUE,
        "schema: " + shown(keyword) + " at " + (path.isEmpty() ? "#" : shown(path)) + " " + why);
  }

  private static String shown(String text) {
    return text.length() > 120 ? text.substring(0, 120) + "..." : text;
  }
}
