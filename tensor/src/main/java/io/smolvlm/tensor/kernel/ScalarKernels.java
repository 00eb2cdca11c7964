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
    ScalarLinear.run(x, w, from, b, y, from, to);
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
      ScalarLinear.run(x, rows, 0, b, y, o, o + outputs);
    }
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
    float[] keys = columns(k, count, keyColumn, headDim);
    float[] values = columns(v, count, keyColumn, headDim);
    for (int head = 0; head < heads; head++) {
      int first = column + head * headDim;
      float[] query = load(q.segment(), (long) row * q.cols() + first, headDim);
      float[] weights = products(query, keys, count);
      scaleAndBias(weights, 0, count, scale, biases);
      float inverse = 1 / exponentials(weights, 0, count);
      float[] mixed = mix(weights, values, headDim);
      scale(mixed, 0, headDim, inverse);
      store(mixed, out.segment(), (long) row * out.cols() + first);
    }
  }

  @Override
  public void attendAll(
      Matrix q,
      int from,
      int to,
      Matrix k,
      Matrix v,
      int headDim,
      int group,
      float scale,
      @Nullable Matrix bias,
      Matrix scores,
      int scratchRow,
      Matrix out) {
    int count = k.rows();
    if (!ScalarLinear.turns(headDim, LANES) || !ScalarLinear.turns(count, 1)) {
      Kernels.super.attendAll(
          q, from, to, k, v, headDim, group, scale, bias, scores, scratchRow, out);
      return;
    }
    int rows = to - from;
    float[] biases = bias == null ? new float[0] : load(bias.segment(), 0, count);
    List<Matrix> queries = List.of(q.slice(from, to));
    for (int head = 0; head * headDim < q.cols(); head++) {
      int key = head / group * headDim;
      float[] query = columns(queries, rows, head * headDim, headDim);
      float[][] keys = ScalarLinear.turned(k, 0, count, key, headDim);
      float[] weights = new float[rows * count];
      ScalarLinear.manyRows(query, rows, keys, LANES, weights);
      float[][] values = new float[count][headDim];
      for (int j = 0; j < count; j++) {
        load(v.segment(), (long) j * v.cols() + key, values[j], 0, headDim);
      }
      float[] mixed = query;
      float[] inverse = new float[rows];
      for (int r = 0; r < rows; r++) {
        scaleAndBias(weights, r * count, count, scale, biases);
        inverse[r] = 1 / exponentials(weights, r * count, count);
      }
      ScalarLinear.manyRows(weights, rows, values, 1, mixed);
      for (int r = 0; r < rows; r++) {
        scale(mixed, r * headDim, headDim, inverse[r]);
        long at = (long) (from + r) * out.cols() + (long) head * headDim;
        MemorySegment.copy(
            mixed, r * headDim, out.segment(), ValueLayout.JAVA_FLOAT, 4 * at, headDim);
      }
    }
  }

  private static void scaleAndBias(float[] scores, int at, int count, float scale, float[] bias) {
    for (int j = 0; j < count; j++) {
      float score = scores[at + j] * scale;
      scores[at + j] = j < bias.length ? score + bias[j] : score;
    }
  }

  private static void scale(float[] a, int at, int length, float factor) {
    for (int i = at; i < at + length; i++) {
      a[i] *= factor;
    }
  }

  /// Columns `from` to `from + width` of the first `count` rows of `blocks`, as `[count, width]`.
  private static float[] columns(List<Matrix> blocks, int count, int from, int width) {
    float[] a = new float[count * width];
    int at = 0;
    for (int block = 0; at < count; block++) {
      Matrix rows = blocks.get(block);
      int end = Math.min(count, at + rows.rows());
      for (long row = 0; at < end; row++, at++) {
        load(rows.segment(), row * rows.cols() + from, a, at * width, width);
      }
    }
    return a;
  }

  /// The scalar products of `query` with each row of `keys`.
  private static float[] products(float[] query, float[] keys, int count) {
    float[] products = new float[count];
    float[] partial = new float[LANES];
    for (int j = 0; j < count; j++) {
      products[j] = dot(query, 0, keys, j * query.length, query.length, partial);
    }
    return products;
  }

  /// Replaces scores by their exponentials, the largest by 1.
  ///
  /// @return their sum
  private static float exponentials(float[] scores, int from, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (int j = from; j < from + count; j++) {
      max = Math.max(max, scores[j]);
    }
    for (int j = from; j < from + count; j++) {
      scores[j] = Partial.exp(scores[j] - max);
    }
    return sum(scores, from, count, new float[LANES]);
  }

  private static float[] mix(float[] weights, float[] values, int headDim) {
    float[] mixed = new float[headDim];
    for (int j = 0; j < weights.length; j++) {
      addScaled(weights[j], values, j * headDim, mixed);
    }
    return mixed;
  }

  private static void addScaled(float weight, float[] values, int at, float[] mixed) {
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = Math.fma(weight, values[at + i], mixed[i]);
    }
  }
}
