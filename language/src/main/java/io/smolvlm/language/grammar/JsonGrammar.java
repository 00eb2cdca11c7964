package io.smolvlm.language.grammar;

import io.smolvlm.language.TokenMask;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// A compiled schema with the token counts of one vocabulary.
final class JsonGrammar implements AnswerGrammar {
  private final TokenVocabulary vocabulary;
  private final Costs costs;
  private final Frame start;

  JsonGrammar(JsonSchema schema, TokenVocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.costs = Costs.of(schema.nodes(), vocabulary::suffixes);
    Frame.Parent behind = EndFrame.END;
    for (Node part : schema.parts().reversed()) {
      behind = new ValueFrame(this, part, behind, true, 0);
    }
    this.start = (Frame) behind;
  }

  Costs costs() {
    return costs;
  }

  @Override
  public int minimumTokens() {
    return start.cost();
  }

  @Override
  public TokenMask start(int maxTokens) {
    if (maxTokens < minimumTokens()) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "max_tokens: found "
              + maxTokens
              + ", allowed at least "
              + minimumTokens()
              + ", the tokens that the shortest answer of this schema may need");
    }
    return new GrammarMask(vocabulary, start, maxTokens);
  }
}
