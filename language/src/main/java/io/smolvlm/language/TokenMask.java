package io.smolvlm.language;

/// Rules out tokens at each place of an answer: a grammar, a list of choices.
///
/// Called by one thread, in turn: [#apply] before each choice, [#accept] after it.
public interface TokenMask {
  /// Sets the logits of all tokens that may not come now to negative infinity.
  ///
  /// @param logits `[vocabularySize]`, changed in place
  void apply(float[] logits);

  /// The token that was chosen.
  void accept(int id);
}
