package io.smolvlm.models.engine;

import io.smolvlm.language.TokenMask;
import java.util.Set;

/// Rules out the tokens that end an answer until it has its least number of tokens.
final class HeldEnds implements TokenMask {
  private final int[] ends;
  private int left;

  /// @param ends ids within the vocabulary
  HeldEnds(Set<Integer> ends, int minTokens) {
    this.ends = ends.stream().mapToInt(Integer::intValue).toArray();
    this.left = minTokens;
  }

  @Override
  public void apply(float[] logits) {
    if (left > 0) {
      for (int id : ends) {
        logits[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  @Override
  public void accept(int id) {
    left--;
  }
}
