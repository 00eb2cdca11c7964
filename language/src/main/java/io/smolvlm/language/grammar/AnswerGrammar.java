package io.smolvlm.language.grammar;

import io.smolvlm.language.TokenMask;
import io.smolvlm.tensor.SmolVlmException;

/// What an answer must look like, bound to the tokens of one model. Immutable and safe for use by
/// several threads; one grammar serves any number of sequences.
public interface AnswerGrammar {
  /// The tokens that the shortest answer is sure to fit into, its end token counted.
  int minimumTokens();

  /// The mask of one sequence, which the sampler asks before each token.
  ///
  /// The end tokens are permitted exactly when the text is complete, and enough of `maxTokens` is
  /// kept back for the text to be completed: with any scores whatever, an answer ends as complete
  /// text and an end token within `maxTokens`. The mask never rules out every token.
  ///
  /// @param maxTokens tokens of the answer, the end token counted
  /// @return for one sequence and one thread
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] if it is below [#minimumTokens]
  TokenMask start(int maxTokens);
}
