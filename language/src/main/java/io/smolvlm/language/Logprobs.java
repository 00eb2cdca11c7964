package io.smolvlm.language;

import java.util.ArrayList;
import java.util.List;

/// Natural logarithms of probabilities at one place of an answer: those of the model itself, before
/// penalties, temperature and filters, so that they do not depend on how tokens are chosen.
///
/// @param chosen of the token that was chosen
/// @param top the likeliest tokens, best first, of equals the lower id
public record Logprobs(float chosen, List<Entry> top) {
  public record Entry(int id, float logprob) {}

  public Logprobs {
    top = List.copyOf(top);
  }

  /// @param logits `[vocabularySize]`
  /// @param id the token that was chosen
  /// @param count how many of the likeliest to report
  public static Logprobs of(float[] logits, int id, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    double normalizer = max + Math.log(sum);
    int n = Math.min(count, logits.length);
    int[] best = new int[n];
    int found = 0;
    for (int i = 0; i < logits.length && n > 0; i++) {
      if (found == n && !(logits[i] > logits[best[n - 1]])) {
        continue;
      }
      int place = found < n ? found++ : n - 1;
      while (place > 0 && logits[i] > logits[best[place - 1]]) {
        best[place] = best[place - 1];
        place--;
      }
      best[place] = i;
    }
    List<Entry> top = new ArrayList<>(n);
    for (int token : best) {
      top.add(new Entry(token, (float) (logits[token] - normalizer)));
    }
    return new Logprobs((float) (logits[id] - normalizer), top);
  }
}
