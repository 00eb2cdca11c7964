package io.smolvlm.models;

import java.util.List;

/// A finished answer.
///
/// @param text without the end token and without the space that models of the family begin with
/// @param ids every generated token, the end token included when it ended the answer
/// @param finishReason why it ended
/// @param usage tokens counted
/// @param timings where the time went
public record GenerationResult(
    String text, List<Integer> ids, FinishReason finishReason, Usage usage, Timings timings) {
  public enum FinishReason {
    /// The model's end token or a stop text.
    STOP,
    /// The most tokens asked for, or the end of the context.
    LENGTH,
    /// The caller asked to end.
    CANCELLED;

    public String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /// @param promptTokens all tokens before the answer, picture tokens among them
  /// @param imageTokens those that stand for pictures
  /// @param completionTokens of the answer, the end token included
  public record Usage(int promptTokens, int imageTokens, int completionTokens) {}

  /// Milliseconds of each stage.
  ///
  /// @param resizeMillis pictures to tiles
  /// @param encodeMillis tiles to image tokens
  /// @param prefillMillis prompt into the KV cache
  /// @param decodeMillis all tokens of the answer
  /// @param tiles encoded, whole pictures included
  /// @param grids rows and columns of each picture, `0x0` for one frame
  public record Timings(
      double resizeMillis,
      double encodeMillis,
      double prefillMillis,
      double decodeMillis,
      int tiles,
      List<String> grids) {}
}
