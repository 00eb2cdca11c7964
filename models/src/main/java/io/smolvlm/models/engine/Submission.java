package io.smolvlm.models.engine;

import io.smolvlm.models.engine.GenerationResult.FinishReason;

/// A request that was taken on.
///
/// @param submitted nanoseconds of the engine's clock, likewise `deadline`
record Submission(
    PreparedRequest prepared, String client, TokenStream stream, long submitted, long deadline) {
  /// Of an answer that may be long, what counts when clients take turns: what it will be is not
  /// known, and who asks for no limit should not wait for it.
  private static final int FAIR_TOKENS = 256;

  /// What this takes from its client's share, in tokens; pictures count with theirs.
  long fairCost() {
    return prepared.prompt().length()
        + (long) prepared.parameters().choices() * Math.min(prepared.maxTokens(), FAIR_TOKENS);
  }

  boolean late(long now) {
    return now - deadline >= 0;
  }

  /// What becomes of it when it never begins.
  GenerationResult nothing(FinishReason why, long now) {
    var timings =
        new GenerationResult.Timings(
            (now - submitted) / 1e6,
            prepared.resizeMillis(),
            0,
            0,
            0,
            prepared.tiles(),
            prepared.grids());
    return GenerationResult.nothing(prepared, why, timings);
  }
}
