package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.PackedWeight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// One block of 32 numbers on its way into a packed weight: levels with a float16 scale and, for 4
/// bits, a float16 minimum.
final class BlockQuantiser {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int N = PackedWeight.BLOCK;
  private static final int MOST_8 = 127;
  private static final int MOST_4 = 15;

  /// Numbers of five bits have 31.
  private static final float MOST_GAPS = 31.5f;

  /// Weights of trained networks stay below 100.
  private static final float LARGEST = 32768;

  /// Parts of the range that are tried as the range of 16 levels: cutting off the outermost numbers
  /// a little often leaves the least squared error.
  private static final float[] RANGES = {1f, 0.94f, 0.88f, 0.82f, 0.76f};

  private final float[] numbers = new float[N];
  private final int[] levels = new int[N];
  private final int[] tried = new int[N];
  private final float[] sorted = new float[N];
  private short scale;
  private short min;

  int[] levels() {
    return levels;
  }

  /// float16 bits
  short scale() {
    return scale;
  }

  /// float16 bits
  short min() {
    return min;
  }

  /// Takes over a stored block as it is.
  ///
  /// @param type Q8_0, Q4_0 or Q4_1
  /// @return false when its numbers cannot be said in this form: a Q4_0 scale so large that eight
  ///   times it is no float16
  boolean take(DType type, MemorySegment stored, int block) {
    long at = (long) type.blockBytes() * block;
    scale = stored.get(SHORT, at);
    min = 0;
    switch (type) {
      case Q8_0 -> {
        for (int k = 0; k < N; k++) {
          levels[k] = stored.get(ValueLayout.JAVA_BYTE, at + 2 + k);
        }
      }
      case Q4_0 -> {
        nibbles(stored, at + 2);
        float least = -8 * Float.float16ToFloat(scale);
        min = Float.floatToFloat16(least);
        return Float.float16ToFloat(min) == least;
      }
      case Q4_1 -> {
        min = stored.get(SHORT, at + 2);
        nibbles(stored, at + 4);
      }
      default -> throw new IllegalArgumentException(type + " is no type of these blocks");
    }
    return true;
  }

  private void nibbles(MemorySegment stored, long at) {
    for (int i = 0; i < N / 2; i++) {
      int pair = stored.get(ValueLayout.JAVA_BYTE, at + i) & 0xFF;
      levels[i] = pair & 15;
      levels[i + N / 2] = pair >> 4;
    }
  }

  /// Loads `count` numbers of a row from column `from` on; what is missing is zero.
  ///
  /// @return whether scales in float16 reach all of them
  boolean load(Matrix row, int from, int count) {
    MemorySegment.copy(row.segment(), ValueLayout.JAVA_FLOAT, 4L * from, numbers, 0, count);
    Arrays.fill(numbers, count, N, 0f);
    boolean reached = true;
    for (float v : numbers) {
      reached &= Math.abs(v) < LARGEST; // false for what is no number
    }
    return reached;
  }

  /// `w = d q` with the largest number at level 127.
  void roundTo8() {
    scale = Float.floatToFloat16(largest() / MOST_8);
    min = 0;
    assign8(Float.float16ToFloat(scale), levels);
  }

  /// As [#roundTo8] for numbers that were few levels before, `m + step q`, as those of 4-bit files
  /// are: of the scales `step / 1, step / 2, ..` and the usual one that with the least squared
  /// error. Gaps between numbers are then whole, and what is left is one remainder for all; Q4_0
  /// keeps its numbers. SmolLM2-135M from Q4_1 then chooses otherwise than in float32 for 1.2 % of
  /// the tokens, with the usual scales for 2.1.
  void roundGridTo8() {
    roundTo8();
    float step = step();
    if (step == 0) {
      return;
    }
    double best = error8(levels, Float.float16ToFloat(scale));
    int parts = (int) (MOST_8 * step / largest());
    for (int part = 1; part <= parts && best > 0; part++) {
      short half = Float.floatToFloat16(step / part);
      float d = Float.float16ToFloat(half);
      assign8(d, tried);
      double error = error8(tried, d);
      if (error < best) {
        best = error;
        scale = half;
        System.arraycopy(tried, 0, levels, 0, N);
      }
    }
  }

  private float largest() {
    float largest = 0;
    for (float v : numbers) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest;
  }

  /// The least gap between two numbers; 0 where all are the same or more than 31 of these gaps lie
  /// between least and largest, so that there is no grid to be seen.
  private float step() {
    System.arraycopy(numbers, 0, sorted, 0, N);
    Arrays.sort(sorted);
    float least = Float.POSITIVE_INFINITY;
    for (int k = 1; k < N; k++) {
      float gap = sorted[k] - sorted[k - 1];
      if (gap > 0) {
        least = Math.min(least, gap);
      }
    }
    float range = sorted[N - 1] - sorted[0];
    return range > 0 && range / least < MOST_GAPS ? least : 0;
  }

  private void assign8(float d, int[] to) {
    float inverse = d == 0 ? 0 : 1 / d;
    for (int k = 0; k < N; k++) {
      float level = Math.clamp(numbers[k] * inverse, -MOST_8, MOST_8);
      to[k] = (int) (level + (MOST_8 + 0.5f)) - MOST_8;
    }
  }

  private double error8(int[] q, float d) {
    double even = 0;
    double odd = 0;
    for (int k = 0; k < N; k += 2) {
      double e = d * q[k] - numbers[k];
      double f = d * q[k + 1] - numbers[k + 1];
      even += e * e;
      odd += f * f;
    }
    return even + odd;
  }

  /// `w = d q + m`: of several ranges the one with the least squared error, each improved by a
  /// least-squares line through its levels.
  void roundTo4() {
    float low = numbers[0];
    float high = numbers[0];
    for (float v : numbers) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
    double sumW = 0;
    for (float v : numbers) {
      sumW += v;
    }
    double best = Double.POSITIVE_INFINITY;
    for (float range : RANGES) {
      float cut = (high - low) * (1 - range) / 2;
      float d = (high - low - 2 * cut) / MOST_4;
      float m = low + cut;
      assign(d, m);
      int sumQ = 0;
      int sumQQ = 0;
      for (int k = 0; k < N; k++) {
        sumQ += tried[k];
        sumQQ += tried[k] * tried[k];
      }
      double sumQW = sumOfProducts();
      double spread = (double) N * sumQQ - (double) sumQ * sumQ;
      if (spread > 0) {
        d = (float) ((N * sumQW - sumQ * sumW) / spread);
        m = (float) ((sumW - d * sumQ) / N);
      }
      short halfD = Float.floatToFloat16(d);
      short halfM = Float.floatToFloat16(m);
      float roundedD = Float.float16ToFloat(halfD);
      float roundedM = Float.float16ToFloat(halfM);
      assign(roundedD, roundedM);
      double error = error(roundedD, roundedM);
      if (error < best) {
        best = error;
        scale = halfD;
        min = halfM;
        System.arraycopy(tried, 0, levels, 0, N);
      }
    }
  }

  /// The nearest level of each number. A loop without sums, of which C2 makes vectors: a block took
  /// 1.5 us with [Math#round] and sums in one loop.
  private void assign(float d, float m) {
    float inverse = d == 0 ? 0 : 1 / d;
    for (int k = 0; k < N; k++) {
      tried[k] = (int) (Math.max(0f, Math.min(MOST_4, (numbers[k] - m) * inverse)) + 0.5f);
    }
  }

  /// Levels times numbers; in two halves, since each addition waits for the last.
  private double sumOfProducts() {
    double even = 0;
    double odd = 0;
    for (int k = 0; k < N; k += 2) {
      even += (double) tried[k] * numbers[k];
      odd += (double) tried[k + 1] * numbers[k + 1];
    }
    return even + odd;
  }

  /// The sum of squared errors of the levels.
  private double error(float d, float m) {
    double even = 0;
    double odd = 0;
    for (int k = 0; k < N; k += 2) {
      double e = d * tried[k] + m - numbers[k];
      double f = d * tried[k + 1] + m - numbers[k + 1];
      even += e * e;
      odd += f * f;
    }
    return even + odd;
  }
}
