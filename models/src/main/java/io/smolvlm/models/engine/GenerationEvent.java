package io.smolvlm.models.engine;

import io.smolvlm.tensor.SmolVlmException;
import java.util.List;

/// What happens while answers are made, in order: begun, tiles encoded, prompt prefilled, then
/// tokens and one end of each choice. [Failed] ends all choices that have not ended.
public sealed interface GenerationEvent {
  /// The request has left the queue.
  ///
  /// @param queueMillis how long it waited there
  record Started(double queueMillis) implements GenerationEvent {}

  /// `done` of `total` tiles have become image tokens or need not, being known.
  record TilesEncoded(int done, int total) implements GenerationEvent {}

  /// `done` of `total` prompt tokens stand in the KV cache.
  record Prefilled(int done, int total) implements GenerationEvent {}

  /// A token was chosen.
  ///
  /// @param choice whose, from 0
  /// @param id in the vocabulary
  /// @param text what may be shown now: whole characters only, possibly empty
  /// @param logprob natural logarithm of its probability, NaN when not asked for
  /// @param top the likeliest tokens at this place, best first; empty when not asked for
  record Token(int choice, int id, String text, float logprob, List<Alternative> top)
      implements GenerationEvent {}

  record Alternative(int id, String text, float logprob) {}

  /// A choice has ended.
  ///
  /// @param choice which, from 0
  /// @param rest text held back until now that no token event has shown; the end of the text when
  ///   an answer is ended from outside, else empty
  record Finished(int choice, String rest, GenerationResult result) implements GenerationEvent {}

  /// The request cannot be answered; nothing follows.
  record Failed(SmolVlmException error) implements GenerationEvent {}
}
