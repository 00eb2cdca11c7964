package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.Bf16Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The kernels as plain loops over arrays: the specification of [VectorKernels], to the bit, and
/// what runs where the module of the Vector API is absent. At full speed within milliseconds, a
/// fourth of the vector kernels' in the end.
///
/// A sum of products is kept as [Partial#COUNT] partial sums, as a vector's lanes would: lane `l`
/// takes the elements `l`, `l + COUNT`, `l + 2 COUNT` and so on.
///
/// Numbers are copied into arrays first, and each loop over them is a method of its own: the
/// interpreter is an order of magnitude faster on arrays than on segments, and C2 compiles small
/// methods in a tenth of the time it takes for one that copies and loops.
final class ScalarKernels implements Kernels {
  private static final int LANES = Partial.COUNT;

  /// Outputs of a linear layer that are computed side by side, to hide the latency of additions.
  private static final int SIDE_BY_SIDE = 8;

  private static final float GELU_INNER = (float) Math.sqrt(2 / Math.PI);

  /// `length` floats from index `from` on.
  private static float[] load(MemorySegment s, long from, int length) {
    float[] a = new float[length];
    load(s, from, a, 0, length);
    return a;
  }

  private static void load(MemorySegment s, long from, float[] a, int at, int length) {
    MemorySegment.copy(s, ValueLayout.JAVA_FLOAT, 4 * from, a, at, length);
  }

  private static void store(float[] a, MemorySegment s, long to) {
    MemorySegment.copy(a, 0, s, ValueLayout.JAVA_FLOAT, 4 * to, a.length);
  }

  /// How many of `length` elements fill whole vectors.
  private static int whole(int length) {
    return length - length % LANES;
  }

  @Override
  public void linear(Matrix x, Matrix w, @Nullable Matrix b, Matrix y, int from, int to) {
    linear(x, w, from, b, y, from, to);
  }

  /// @param first the row of `w` that output `from` has
  private static void linear(
      Matrix x, Matrix w, int first, @Nullable Matrix b, Matrix y, int from, int to) {
    int rows = x.rows();
    int in = x.cols();
    float[] xs = load(x.segment(), 0, rows * in);
    float[] ws = new float[SIDE_BY_SIDE * in];
    float[] ys = new float[rows * (to - from)];
    for (int o = from; o < to; o += SIDE_BY_SIDE) {
      int outputs = Math.min(SIDE_BY_SIDE, to - o);
      load(w.segment(), (long) (first + o - from) * in, ws, 0, outputs * in);
      sideBySide(xs, rows, ws, in, outputs, ys, o - from, to - from);
    }
    addBias(ys, b == null ? null : load(b.segment(), from, to - from), to - from);
    storeRows(ys, to - from, y, from);
  }

  @Override
  public void linear(
      Matrix x,
      Bf16Weight w,
      @Nullable Matrix b,
      Matrix y,
      Matrix widened,
      int row,
      int from,
      int to) {
    int in = x.cols();
    Matrix rows = widened.slice(row, row + WIDENED);
    for (int o = from; o < to; o += WIDENED) {
      int outputs = Math.min(WIDENED, to - o);
      for (int i = 0; i < outputs * in; i++) {
        float number = Partial.bf16(w.data(), 2L * ((long) o * in + i));
        rows.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, number);
      }
      linear(x, rows, 0, b, y, o, o + outputs);
    }
  }

  private static void addBias(float[] y, float @Nullable [] bias, int width) {
    if (bias != null) {
      for (int at = 0; at < y.length; at += width) {
        for (int i = 0; i < width; i++) {
          y[at + i] += bias[i];
        }
      }
    }
  }

  private static void storeRows(float[] a, int width, Matrix y, int column) {
    for (int r = 0; r < y.rows(); r++) {
      MemorySegment.copy(
          a,
          r * width,
          y.segment(),
          ValueLayout.JAVA_FLOAT,
          4 * ((long) r * y.cols() + column),
          width);
    }
  }

  /// `y[r * stride + column + k] = x[r] . w[k]` for all rows and up to eight outputs.
  private static void sideBySide(
      float[] x, int rows, float[] w, int in, int outputs, float[] y, int column, int stride) {
    float[] partial = new float[SIDE_BY_SIDE * LANES];
    for (int r = 0; r < rows; r++) {
      for (int lane = 0; lane < LANES; lane++) {
        products(x, r * in, w, in, lane, partial);
      }
      for (int k = 0; k < outputs; k++) {
        float sum = Partial.sum(partial, k * LANES);
        for (int i = whole(in); i < in; i++) {
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
    int end = whole(in);
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

  /// The scalar product of `length` elements, from `at` and `bt` on.
  private static float dot(float[] a, int at, float[] b, int bt, int length, float[] partial) {
    Arrays.fill(partial, 0);
    int end = whole(length);
    for (int i = 0; i < end; i += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        partial[lane] = Math.fma(a[at + i + lane], b[bt + i + lane], partial[lane]);
      }
    }
    float sum = Partial.sum(partial, 0);
    for (int i = end; i < length; i++) {
      sum = Math.fma(a[at + i], b[bt + i], sum);
    }
    return sum;
  }

  /// The sum of `length` elements from `at` on.
  private static float sum(float[] a, int at, int length, float[] partial) {
    Arrays.fill(partial, 0);
    int end = whole(length);
    for (int i = 0; i < end; i += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        partial[lane] += a[at + i + lane];
      }
    }
    float sum = Partial.sum(partial, 0);
    for (int i = end; i < length; i++) {
      sum += a[at + i];
    }
    return sum;
  }

  private static float inverseDeviation(float squares, int width, float eps) {
    return (float) (1 / Math.sqrt((double) squares / width + eps));
  }

  @Override
  public void layerNorm(
      Matrix x, Matrix weight, Matrix bias, float eps, Matrix y, int from, int to) {
    int width = x.cols();
    float[] rows = load(x.segment(), (long) from * width, (to - from) * width);
    float[] ws = load(weight.segment(), 0, width);
    float[] bs = load(bias.segment(), 0, width);
    layerNorm(rows, ws, bs, eps);
    store(rows, y.segment(), (long) from * width);
  }

  private static void layerNorm(float[] rows, float[] weight, float[] bias, float eps) {
    int width = weight.length;
    float[] partial = new float[LANES];
    for (int at = 0; at < rows.length; at += width) {
      float mean = sum(rows, at, width, partial) / width;
      for (int i = at; i < at + width; i++) {
        rows[i] -= mean;
      }
      float inverse = inverseDeviation(dot(rows, at, rows, at, width, partial), width, eps);
      for (int i = 0; i < width; i++) {
        rows[at + i] = Math.fma(rows[at + i] * inverse, weight[i], bias[i]);
      }
    }
  }

  @Override
  public void rmsNorm(Matrix x, Matrix weight, float eps, Matrix y, int from, int to) {
    int width = x.cols();
    float[] rows = load(x.segment(), (long) from * width, (to - from) * width);
    rmsNorm(rows, load(weight.segment(), 0, width), eps);
    store(rows, y.segment(), (long) from * width);
  }

  private static void rmsNorm(float[] rows, float[] weight, float eps) {
    int width = weight.length;
    float[] partial = new float[LANES];
    for (int at = 0; at < rows.length; at += width) {
      float inverse = inverseDeviation(dot(rows, at, rows, at, width, partial), width, eps);
      for (int i = 0; i < width; i++) {
        rows[at + i] = rows[at + i] * inverse * weight[i];
      }
    }
  }

  /// With `s = sigmoid`, `0.5 (1 + tanh(u)) = s(2u)`: one exponential and one division.
  @Override
  public void geluTanh(Matrix x, long from, long to) {
    float[] a = load(x.segment(), from, Math.toIntExact(to - from));
    for (int i = 0; i < a.length; i++) {
      float v = a[i];
      float u = (v * v * 0.044715f + 1f) * v * (-2 * GELU_INNER);
      a[i] = v / (Partial.exp(u) + 1f);
    }
    store(a, x.segment(), from);
  }

  @Override
  public void swiGlu(Matrix gate, Matrix up, long from, long to) {
    float[] g = load(gate.segment(), from, Math.toIntExact(to - from));
    float[] u = load(up.segment(), from, g.length);
    for (int i = 0; i < g.length; i++) {
      g[i] = g[i] / (Partial.exp(-g[i]) + 1f) * u[i];
    }
    store(g, gate.segment(), from);
  }

  @Override
  public void add(Matrix x, Matrix y, long from, long to) {
    float[] a = load(x.segment(), from, Math.toIntExact(to - from));
    float[] b = load(y.segment(), from, a.length);
    for (int i = 0; i < a.length; i++) {
      a[i] += b[i];
    }
    store(a, x.segment(), from);
  }

  @Override
  public void rotate(Matrix x, int row, int headDim, Matrix cos, Matrix sin, int position) {
    int half = headDim / 2;
    float[] c = load(cos.segment(), (long) position * half, half);
    float[] s = load(sin.segment(), (long) position * half, half);
    float[] a = load(x.segment(), (long) row * x.cols(), x.cols());
    for (int head = 0; head + headDim <= a.length; head += headDim) {
      for (int i = 0; i < half; i++) {
        float first = a[head + i];
        float second = a[head + half + i];
        a[head + i] = first * c[i] - second * s[i];
        a[head + half + i] = second * c[i] + first * s[i];
      }
    }
    store(a, x.segment(), (long) row * x.cols());
  }

  @Override
  public void attend(
      Matrix q,
      int row,
      int column,
      int heads,
      List<Matrix> k,
      List<Matrix> v,
      int keyColumn,
      int headDim,
      int count,
      float scale,
      @Nullable Matrix bias,
      Matrix scores,
      int scratchRow,
      Matrix out) {
    float[] biases = bias == null ? new float[0] : load(bias.segment(), 0, count);
    for (int head = 0; head < heads; head++) {
      int first = column + head * headDim;
      float[] query = load(q.segment(), (long) row * q.cols() + first, headDim);
      float[] mixed = attend(query, k, v, keyColumn, count, scale, biases);
      store(mixed, out.segment(), (long) row * out.cols() + first);
    }
  }

  private static float[] attend(
      float[] query,
      List<Matrix> k,
      List<Matrix> v,
      int keyColumn,
      int count,
      float scale,
      float[] biases) {
    float[] weights = new float[count];
    int at = 0;
    for (int block = 0; at < count; block++) {
      int to = Math.min(count, at + k.get(block).rows());
      scores(query, k.get(block), keyColumn, scale, biases, weights, at, to);
      at = to;
    }
    float inverse = 1 / exponentials(weights);
    float[] mixed = new float[query.length];
    at = 0;
    for (int block = 0; at < count; block++) {
      int to = Math.min(count, at + v.get(block).rows());
      mix(weights, at, to, v.get(block), keyColumn, mixed);
      at = to;
    }
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] *= inverse;
    }
    return mixed;
  }

  private static void scores(
      float[] query,
      Matrix keys,
      int keyColumn,
      float scale,
      float[] bias,
      float[] scores,
      int from,
      int to) {
    float[] key = new float[query.length];
    float[] partial = new float[LANES];
    for (int j = from; j < to; j++) {
      gather(keys.segment(), (long) (j - from) * keys.cols() + keyColumn, key);
      float score = dot(query, 0, key, 0, key.length, partial) * scale;
      scores[j] = j < bias.length ? score + bias[j] : score;
    }
  }

  private static float exponentials(float[] scores) {
    float max = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = Math.max(max, score);
    }
    for (int j = 0; j < scores.length; j++) {
      scores[j] = Partial.exp(scores[j] - max);
    }
    return sum(scores, 0, scores.length, new float[LANES]);
  }

  private static void mix(
      float[] weights, int from, int to, Matrix values, int column, float[] mixed) {
    float[] value = new float[mixed.length];
    for (int j = from; j < to; j++) {
      gather(values.segment(), (long) (j - from) * values.cols() + column, value);
      for (int i = 0; i < mixed.length; i++) {
        mixed[i] = Math.fma(weights[j], value[i], mixed[i]);
      }
    }
  }

  /// As [#load], for short pieces in hot loops: cheaper for C2 to compile than a bulk copy.
  private static void gather(MemorySegment s, long from, float[] a) {
    for (int i = 0; i < a.length; i++) {
      a[i] = s.getAtIndex(ValueLayout.JAVA_FLOAT, from + i);
    }
  }
}
