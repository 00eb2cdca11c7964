package io.smolvlm.language;

import java.util.Arrays;

/// The ids of prompt and answer, and the rules that look back at them.
final class TokenHistory {
  private final boolean[] seen;
  private final int[] generated;
  private int[] ids;
  private int size;

  TokenHistory(int vocabularySize, int[] prompt) {
    seen = new boolean[vocabularySize];
    generated = new int[vocabularySize];
    ids = Arrays.copyOf(prompt, prompt.length + 64);
    size = prompt.length;
    for (int id : prompt) {
      if (id >= 0 && id < vocabularySize) {
        seen[id] = true;
      }
    }
  }

  void add(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
    }
    ids[size++] = id;
    seen[id] = true;
    generated[id]++;
  }

  /// Positive scores of tokens seen before are divided, negative ones multiplied (CTRL, section
  /// 4.1).
  void penalizeRepetition(float[] scores, float penalty) {
    for (int id = 0; id < seen.length; id++) {
      if (seen[id]) {
        scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
      }
    }
  }

  /// `score -= count * frequency + (count > 0) * presence`, over generated tokens.
  void penalizeCounts(float[] scores, float presence, float frequency) {
    for (int id = 0; id < generated.length; id++) {
      if (generated[id] > 0) {
        scores[id] = scores[id] - generated[id] * frequency - presence;
      }
    }
  }

  /// Rules out every token that would complete an n-gram that stands in the ids already.
  void forbidRepeatedNgrams(float[] scores, int n) {
    int prefix = n - 1;
    if (prefix < 0 || prefix > size) {
      return;
    }
    int tail = size - prefix;
    for (int start = 0; start + prefix < size; start++) {
      if (Arrays.equals(ids, start, start + prefix, ids, tail, size)
          && ids[start + prefix] < scores.length) {
        scores[ids[start + prefix]] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
