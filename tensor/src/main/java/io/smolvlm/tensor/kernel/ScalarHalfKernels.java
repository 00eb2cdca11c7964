package io.smolvlm.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Attention over float16 as plain loops: the specification of [VectorHalfKernels], to the bit.
final class ScalarHalfKernels implements HalfKernels {
  private static final int LANES = Partial.COUNT;

  @Override
  public void multiply(
      MemorySegment table,
      long at,
      int height,
      int count,
      int width,
      float[] x,
      int from,
      int apart,
      int heads,
      float[] y,
      int to,
      int yApart,
      float[] widened) {
    for (int h = 0; h < heads; h++) {
      for (int strip = 0; strip < width / (2 * LANES); strip++) {
        long row = at + 4L * LANES * strip * height;
        for (int k = 0; k < count; k++, row += 4L * LANES) {
          float factor = x[from + h * apart + k];
          int first = to + h * yApart + 2 * LANES * strip;
          for (int lane = 0; lane < LANES; lane++) {
            int word = table.get(ValueLayout.JAVA_INT, row + 4L * lane);
            y[first + lane] = Math.fma(number(word << 16), factor, y[first + lane]);
            y[first + LANES + lane] = Math.fma(number(word), factor, y[first + LANES + lane]);
          }
        }
      }
    }
  }

  /// 2^-112 times the float16 in the high half of a word.
  private static float number(int word) {
    return Float.intBitsToFloat((word >> 3) & 0x8FFFE000);
  }

  @Override
  public float exponentials(float[] scores, int from, int count) {
    float most = Float.NEGATIVE_INFINITY;
    for (int j = from; j < from + count; j++) {
      most = Math.max(most, scores[j]);
    }
    float[] partial = new float[LANES];
    int whole = count / LANES * LANES;
    for (int j = 0; j < whole; j++) {
      float e = Partial.exp(scores[from + j] - most);
      scores[from + j] = e * UNIT;
      partial[j % LANES] += e;
    }
    float sum = Partial.sum(partial, 0);
    for (int j = from + whole; j < from + count; j++) {
      float e = Partial.exp(scores[j] - most);
      scores[j] = e * UNIT;
      sum += e;
    }
    return sum;
  }
}
