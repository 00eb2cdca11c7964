package io.smolvlm.models;

import java.util.List;

/// What happens while an answer is made, in order: tiles encoded, prompt prefilled, tokens, the
/// end.
public sealed interface GenerationEvent {
  /// `done` of `total` tiles have become image tokens.
  record TilesEncoded(int done, int total) implements GenerationEvent {}

  /// `done` of `total` prompt tokens stand in the KV cache.
  record Prefilled(int done, int total) implements GenerationEvent {}

  /// A token was chosen.
  ///
  /// @param id in the vocabulary
  /// @param text what may be shown now: whole characters only, possibly empty
  /// @param logprob natural logarithm of its probability, NaN when not asked for
  /// @param top the likeliest tokens at this place, best first; empty when not asked for
  record Token(int id, String text, float logprob, List<Alternative> top)
      implements GenerationEvent {}

  record Alternative(int id, String text, float logprob) {}

  record Finished(GenerationResult result) implements GenerationEvent {}
}
