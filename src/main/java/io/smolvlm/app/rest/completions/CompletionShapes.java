package io.smolvlm.app.rest.completions;

import io.smolvlm.app.rest.ask.TokenLogprob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The parts of a text completion, as OpenAI has them.
final class CompletionShapes {
  private CompletionShapes() {}

  record Choice(
      int index, String text, @Nullable Logprobs logprobs, @Nullable String finishReason) {}

  /// Lists of the same length, one entry a token.
  ///
  /// @param textOffset characters of the answer before each token
  record Logprobs(
      List<String> tokens,
      List<Double> tokenLogprobs,
      List<Map<String, Double>> topLogprobs,
      List<Integer> textOffset) {
    static Logprobs of(List<TokenLogprob> tokens, int offset) {
      var logprobs =
          new Logprobs(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      int at = offset;
      for (TokenLogprob token : tokens) {
        logprobs.tokens.add(token.token());
        logprobs.tokenLogprobs.add(token.logprob());
        Map<String, Double> top = new LinkedHashMap<>();
        token.topLogprobs().forEach(other -> top.put(other.token(), other.logprob()));
        logprobs.topLogprobs.add(top);
        logprobs.textOffset.add(at);
        at += token.token().length();
      }
      return logprobs;
    }
  }
}
