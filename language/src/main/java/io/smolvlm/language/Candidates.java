package io.smolvlm.language;

import java.util.Arrays;

/// Narrows scores to the tokens that may be drawn; those ruled out become negative infinity. Holds
/// the scratch memory of one sampler.
final class Candidates {
  private final float[] floats;
  private final long[] keys;

  Candidates(int size) {
    floats = new float[size];
    keys = new long[size];
  }

  /// Keeps scores not below the k-th largest.
  void topK(float[] scores, int k) {
    if (k >= scores.length) {
      return;
    }
    System.arraycopy(scores, 0, floats, 0, scores.length);
    float threshold = kthLargest(floats, k);
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] < threshold) {
        scores[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /// Quickselect; rearranges the values.
  private static float kthLargest(float[] values, int k) {
    int wanted = values.length - k;
    int low = 0;
    int high = values.length - 1;
    while (low < high) {
      float pivot = values[(low + high) >>> 1];
      int i = low;
      int j = high;
      while (i <= j) {
        while (values[i] < pivot) {
          i++;
        }
        while (values[j] > pivot) {
          j--;
        }
        if (i <= j) {
          float swapped = values[i];
          values[i++] = values[j];
          values[j--] = swapped;
        }
      }
      if (wanted <= j) {
        high = j;
      } else if (wanted >= i) {
        low = i;
      } else {
        break;
      }
    }
    return values[wanted];
  }

  /// Drops tokens from the least likely upwards while their probabilities sum to at most `1 - p`;
  /// the likeliest stays.
  void topP(float[] scores, float p) {
    // 1 - p in the decimal that was asked for, as Python computes it, not in the float beside it.
    float limit = (float) (1 - Double.parseDouble(Float.toString(p)));
    softmax(scores, floats);
    // What lies below limit / size is dropped in any order: all of it together sums to less than
    // the limit. Only the rest needs sorting.
    float negligible = limit / scores.length;
    double sum = 0;
    int count = 0;
    for (int i = 0; i < scores.length; i++) {
      if (floats[i] < negligible) {
        sum += floats[i];
        scores[i] = Float.NEGATIVE_INFINITY;
      } else {
        // Ascending by probability, then by id downwards, so that of equals the lower id stays.
        keys[count++] = ((long) Float.floatToIntBits(floats[i]) << 32) | (0xFFFFFFFFL & ~i);
      }
    }
    Arrays.sort(keys, 0, count);
    for (int j = 0; j < count - 1; j++) {
      int id = ~(int) keys[j];
      sum += floats[id];
      if ((float) sum > limit) {
        return;
      }
      scores[id] = Float.NEGATIVE_INFINITY;
    }
  }

  /// Keeps tokens at least `p` times as likely as the likeliest.
  void minP(float[] scores, float p) {
    softmax(scores, floats);
    float best = 0;
    for (float probability : floats) {
      best = Math.max(best, probability);
    }
    float threshold = best * p;
    for (int i = 0; i < scores.length; i++) {
      if (floats[i] < threshold) {
        scores[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /// `exp(score - max) / sum`.
  void softmax(float[] scores, float[] result) {
    float max = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = Math.max(max, score);
    }
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      float e = scores[i] == Float.NEGATIVE_INFINITY ? 0 : (float) Math.exp(scores[i] - max);
      result[i] = e;
      sum += e;
    }
    for (int i = 0; i < scores.length; i++) {
      result[i] = (float) (result[i] / sum);
    }
  }

  /// The token in whose share of the probabilities, in order of id, `point` lies.
  ///
  /// @param point in [0, 1)
  /// @return -1 if no score is finite
  int choose(float[] scores, double point) {
    softmax(scores, floats);
    double total = 0;
    int last = -1;
    for (int i = 0; i < floats.length; i++) {
      if (floats[i] > 0) {
        total += floats[i];
        last = i;
      }
    }
    double target = point * total;
    double sum = 0;
    for (int i = 0; i < floats.length; i++) {
      if (floats[i] > 0) {
        sum += floats[i];
        if (sum > target) {
          return i;
        }
      }
    }
    return last;
  }
}
