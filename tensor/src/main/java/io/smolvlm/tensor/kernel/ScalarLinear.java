package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Linear layers as plain loops over arrays, in the order of additions that [ScalarKernels] names.
///
/// Two forms with equal results. A few rows take the weight as it lies and add up eight outputs at
/// a time, lane by lane. Many rows take it turned round, so that the innermost loop runs over
/// outputs: C2 makes vector instructions of it by itself, and a caption of the embedded model is
/// encoded in two thirds of the time (docs/log.md).
final class ScalarLinear {
  private static final int LANES = Partial.COUNT;

  /// Outputs that are computed side by side, to hide the latency of additions.
  private static final int SIDE_BY_SIDE = 8;

  /// From so many rows on, turning the weight round is worth it.
  private static final int MANY_ROWS = 16;

  private ScalarLinear() {}

  /// `y[r, o] = x[r] . w[first + o - from] + b[o]` for all rows and outputs `from` to `to`.
  ///
  /// @param first the row of `w` that output `from` has
  static void run(Matrix x, Matrix w, int first, @Nullable Matrix b, Matrix y, int from, int to) {
    int rows = x.rows();
    int in = x.cols();
    int outputs = to - from;
    float[] xs = new float[rows * in];
    load(x, 0, xs, xs.length);
    float[] ys = new float[rows * outputs];
    if (rows >= MANY_ROWS && turns(in, LANES)) {
      manyRows(xs, rows, turned(w, first, outputs, 0, in), LANES, ys);
    } else {
      fewRows(xs, rows, w, first, ys, outputs);
    }
    if (b != null) {
      float[] bias = new float[outputs];
      load(b, from, bias, outputs);
      addBias(ys, bias);
    }
    for (int r = 0; r < rows; r++) {
      long at = 4 * ((long) r * y.cols() + from);
      MemorySegment.copy(ys, r * outputs, y.segment(), ValueLayout.JAVA_FLOAT, at, outputs);
    }
  }

  private static void load(Matrix m, long from, float[] a, int length) {
    MemorySegment.copy(m.segment(), ValueLayout.JAVA_FLOAT, 4 * from, a, 0, length);
  }

  private static void addBias(float[] y, float[] bias) {
    for (int at = 0; at < y.length; at += bias.length) {
      for (int i = 0; i < bias.length; i++) {
        y[at + i] += bias[i];
      }
    }
  }

  private static void fewRows(float[] x, int rows, Matrix w, int first, float[] y, int outputs) {
    int in = w.cols();
    float[] weights = new float[SIDE_BY_SIDE * in];
    for (int o = 0; o < outputs; o += SIDE_BY_SIDE) {
      int beside = Math.min(SIDE_BY_SIDE, outputs - o);
      load(w, (long) (first + o) * in, weights, beside * in);
      sideBySide(x, rows, weights, in, beside, y, o, outputs);
    }
  }

  /// `y[r * stride + column + k] = x[r] . w[k]` for all rows and up to eight outputs.
  private static void sideBySide(
      float[] x, int rows, float[] w, int in, int beside, float[] y, int column, int stride) {
    float[] partial = new float[SIDE_BY_SIDE * LANES];
    int whole = in - in % LANES;
    for (int r = 0; r < rows; r++) {
      for (int lane = 0; lane < LANES; lane++) {
        products(x, r * in, w, in, lane, partial);
      }
      for (int k = 0; k < beside; k++) {
        float sum = Partial.sum(partial, k * LANES);
        for (int i = whole; i < in; i++) {
          sum = Math.fma(x[r * in + i], w[k * in + i], sum);
        }
        y[r * stride + column + k] = sum;
      }
    }
  }

  /// One lane of eight sums at once.
  private static void products(float[] x, int at, float[] w, int in, int lane, float[] partial) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    int end = in - in % LANES;
    for (int i = lane; i < end; i += LANES) {
      float v = x[at + i];
      s0 = Math.fma(v, w[i], s0);
      s1 = Math.fma(v, w[in + i], s1);
      s2 = Math.fma(v, w[2 * in + i], s2);
      s3 = Math.fma(v, w[3 * in + i], s3);
      s4 = Math.fma(v, w[4 * in + i], s4);
      s5 = Math.fma(v, w[5 * in + i], s5);
      s6 = Math.fma(v, w[6 * in + i], s6);
      s7 = Math.fma(v, w[7 * in + i], s7);
    }
    partial[lane] = s0;
    partial[LANES + lane] = s1;
    partial[2 * LANES + lane] = s2;
    partial[3 * LANES + lane] = s3;
    partial[4 * LANES + lane] = s4;
    partial[5 * LANES + lane] = s5;
    partial[6 * LANES + lane] = s6;
    partial[7 * LANES + lane] = s7;
  }

  /// Whether [#manyRows] can do so many inputs: it takes two of a lane at a time.
  static boolean turns(int in, int lanes) {
    return in % (2 * lanes) == 0;
  }

  /// Columns `from` to `from + in` of rows `first` to `first + outputs` of `w`, as `[in][outputs]`.
  static float[][] turned(Matrix w, int first, int outputs, int from, int in) {
    float[][] turned = new float[in][outputs];
    float[] row = new float[in];
    for (int o = 0; o < outputs; o++) {
      load(w, (long) (first + o) * w.cols() + from, row, in);
      scatter(row, turned, o);
    }
    return turned;
  }

  private static void scatter(float[] row, float[][] turned, int column) {
    for (int i = 0; i < row.length; i++) {
      turned[i][column] = row[i];
    }
  }

  /// `y[r] = sum of x[r, i] w[i]`, where sums are kept in `lanes` parts.
  ///
  /// @param x `[rows, in]`
  /// @param w `[in][outputs]`
  /// @param y `[rows, outputs]`, written
  static void manyRows(float[] x, int rows, float[][] w, int lanes, float[] y) {
    int in = w.length;
    int outputs = w[0].length;
    float[][] upper = new float[lanes][outputs];
    float[][] lower = new float[lanes][outputs];
    for (int r = 0; r < rows; r += 2) {
      int above = r * in;
      int below = Math.min(r + 1, rows - 1) * in;
      for (int lane = 0; lane < lanes; lane++) {
        Arrays.fill(upper[lane], 0);
        Arrays.fill(lower[lane], 0);
        for (int i = lane; i < in; i += 2 * lanes) {
          int j = i + lanes;
          add(
              w[i],
              w[j],
              x[above + i],
              x[above + j],
              x[below + i],
              x[below + j],
              upper[lane],
              lower[lane]);
        }
      }
      finish(upper, y, r * outputs);
      if (r + 1 < rows) {
        finish(lower, y, (r + 1) * outputs);
      }
    }
  }

  /// Two inputs of two rows, for one lane of every output. All arrays have one index, or C2 would
  /// have to fear that they overlap.
  private static void add(
      float[] w,
      float[] next,
      float x,
      float nextX,
      float below,
      float nextBelow,
      float[] upper,
      float[] lower) {
    for (int o = 0; o < upper.length; o++) {
      float weight = w[o];
      float nextWeight = next[o];
      upper[o] = Math.fma(nextX, nextWeight, Math.fma(x, weight, upper[o]));
      lower[o] = Math.fma(nextBelow, nextWeight, Math.fma(below, weight, lower[o]));
    }
  }

  /// The sum of the lanes, in the order of [Partial#sum].
  private static void finish(float[][] lanes, float[] y, int at) {
    for (int half = lanes.length / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        add(lanes[lane], lanes[lane + half]);
      }
    }
    System.arraycopy(lanes[0], 0, y, at, lanes[0].length);
  }

  private static void add(float[] sums, float[] more) {
    for (int o = 0; o < sums.length; o++) {
      sums[o] += more[o];
    }
  }
}
