package io.smolvlm.language.grammar;

import io.smolvlm.language.TokenMask;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/// A compiled schema with the token counts of one vocabulary.
final class JsonGrammar implements AnswerGrammar {
  private final TokenVocabulary vocabulary;
  private final Costs costs;
  private final Frame start;
  private final IdentityHashMap<PatternDfa, PatternTokens> patterns = new IdentityHashMap<>();

  JsonGrammar(JsonSchema schema, TokenVocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.costs = Costs.of(schema.nodes(), vocabulary::suffixes);
    for (Node node : schema.nodes()) {
      if (node instanceof Node.Text text && text.rule().dfa != null) {
        PatternDfa dfa = text.rule().dfa;
        patterns.put(dfa, new PatternTokens(dfa, vocabulary));
      }
    }
    Frame.Parent behind = EndFrame.END;
    for (Node part : schema.parts().reversed()) {
      behind = new ValueFrame(this, part, behind, true, 0);
    }
    this.start = (Frame) behind;
  }

  /// Null for a rule without a pattern.
  @Nullable PatternTokens patternTokens(TextRule rule) {
    return rule.dfa == null ? null : patterns.get(rule.dfa);
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
