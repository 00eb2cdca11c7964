package io.smolvlm.language;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The first of the largest logits.
final class Greedy {
  private Greedy() {}

  /// @return -1 if all are NaN or negative infinity
  static int first(float[] logits, int count) {
    int best = -1;
    float value = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      if (logits[i] > value) {
        value = logits[i];
        best = i;
      }
    }
    return best;
  }

  /// @return -1 if all are NaN or negative infinity
  static int first(MemorySegment logits, int count) {
    int best = -1;
    float value = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      float logit = logits.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      if (logit > value) {
        value = logit;
        best = i;
      }
    }
    return best;
  }
}
