package io.smolvlm.models.engine;

import io.smolvlm.tensor.ErrorCode;

/// Told what an engine does, for metrics. Called on the engine's thread, or the submitter's where
/// said so; must return quickly and must not call the engine. What it throws is logged and ignored.
public interface EngineListener {
  /// A request was refused; on the submitter's thread.
  default void refused(OverloadedException refusal) {}

  /// A request left the queue.
  default void started(PreparedRequest request, double queueMillis) {}

  /// One tile became image tokens.
  default void tileEncoded(double millis) {}

  /// Rows of a prompt were put into a KV cache.
  default void prefilled(int rows, double millis) {}

  /// A decode step gave a token to each of so many answers, and more where drafts came true.
  default void decoded(int answers, int tokens, double millis) {}

  /// Tokens were drafted before a decode step, of which so many came true.
  default void drafted(int tokens, int right) {}

  /// The first token of a request.
  ///
  /// @param millis since it was submitted
  default void firstToken(double millis) {}

  /// A further token of an answer.
  ///
  /// @param millis since the one before
  default void nextToken(double millis) {}

  /// One choice ended, perhaps before it began.
  ///
  /// @param millis since its request was submitted
  default void finished(PreparedRequest request, GenerationResult result, double millis) {}

  /// A request failed.
  default void failed(PreparedRequest request, ErrorCode code, double millis) {}
}
