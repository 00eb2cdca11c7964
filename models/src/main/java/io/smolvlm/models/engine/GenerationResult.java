package io.smolvlm.models.engine;

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
    /// The caller asked to end, or did not read.
    CANCELLED,
    /// The request's time was over, or would have been before the answer began.
    DEADLINE,
    /// The answer only repeated itself, see [RepetitionRule].
    REPETITION;

    public String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /// @param promptTokens all tokens before the answer, picture tokens among them
  /// @param imageTokens those that stand for pictures
  /// @param cachedTokens of the prompt's beginning that did not have to be prefilled, since the
  ///   engine knew it; picture tokens among them
  /// @param completionTokens of the answer, the end token included
  public record Usage(int promptTokens, int imageTokens, int cachedTokens, int completionTokens) {}

  /// The beginning of this answer.
  public GenerationResult cutTo(String newText, List<Integer> newIds, FinishReason reason) {
    return new GenerationResult(
        newText,
        newIds,
        reason,
        new Usage(usage.promptTokens(), usage.imageTokens(), usage.cachedTokens(), newIds.size()),
        timings);
  }

  /// An answer that ended before it began.
  static GenerationResult nothing(PreparedRequest prepared, FinishReason reason, Timings timings) {
    Prompt prompt = prepared.prompt();
    return new GenerationResult(
        "", List.of(), reason, new Usage(prompt.length(), prompt.imageTokens(), 0, 0), timings);
  }

  /// Milliseconds of each stage.
  ///
  /// @param queueMillis waiting for its turn
  /// @param resizeMillis pictures to tiles
  /// @param encodeMillis tiles to image tokens, those that were not known
  /// @param prefillMillis prompt into the KV cache
  /// @param decodeMillis all tokens of the answer
  /// @param tiles of all pictures, whole pictures included, encoded or known
  /// @param grids rows and columns of each picture, `0x0` for one frame
  public record Timings(
      double queueMillis,
      double resizeMillis,
      double encodeMillis,
      double prefillMillis,
      double decodeMillis,
      int tiles,
      List<String> grids) {
    Timings withDecode(double millis) {
      return new Timings(
          queueMillis, resizeMillis, encodeMillis, prefillMillis, millis, tiles, grids);
    }
  }
}
