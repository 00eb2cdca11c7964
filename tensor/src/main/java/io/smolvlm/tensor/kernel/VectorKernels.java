package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.Bf16Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/// The kernels with the Vector API.
///
/// Each sum is kept in one vector of partial sums and added up by [Lanes#sum], so its rounding
/// depends on nothing but its two operands; several sums run side by side to hide the latency of
/// the additions.
final class VectorKernels implements Kernels {
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
  private static final int LANES = Lanes.COUNT;

  /// Rows of `x` that stay in the second-level cache while the weight streams past them.
  private static final int ROW_BLOCK = 48;

  private static final float GELU_INNER = (float) Math.sqrt(2 / Math.PI);

  private static FloatVector load(MemorySegment s, long offset) {
    return FloatVector.fromMemorySegment(Lanes.F32, s, offset, ORDER);
  }

  private static float at(MemorySegment s, long offset) {
    return s.get(ValueLayout.JAVA_FLOAT, offset);
  }

  @Override
  public void linear(Matrix x, Matrix w, @Nullable Matrix b, Matrix y, int from, int to) {
    for (int first = 0; first < x.rows(); first += ROW_BLOCK) {
      int last = Math.min(first + ROW_BLOCK, x.rows());
      outputs(x, first, last, w.segment(), 4L * from * x.cols(), b, y, from, to);
    }
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
    int o = from;
    if (x.rows() == 1 && in % LANES == 0) {
      for (; o + 4 <= to; o += 4) {
        oneByFourBf16(x, w.data(), 2L * o * in, b, y, o);
      }
    }
    long scratch = 4L * row * in;
    for (; o < to; o += WIDENED) {
      int end = Math.min(o + WIDENED, to);
      widen(w.data(), 2L * o * in, widened.segment(), scratch, (end - o) * in);
      outputs(x, 0, x.rows(), widened.segment(), scratch, b, y, o, end);
    }
  }

  /// Widened in registers, for the decode step of a single answer: 87 us in place of 191 for
  /// `[1536, 576]` on AVX2. Several rows share what is widened once.
  private static void oneByFourBf16(
      Matrix x, MemorySegment ws, long wp, @Nullable Matrix b, Matrix y, int o) {
    int in = x.cols();
    long stride = 2L * in;
    MemorySegment xs = x.segment();
    FloatVector a0 = FloatVector.zero(Lanes.F32);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    for (int i = 0; i < in; i += LANES) {
      FloatVector p = load(xs, 4L * i);
      long at = wp + 2L * i;
      a0 = p.fma(loadBf16(ws, at), a0);
      a1 = p.fma(loadBf16(ws, at + stride), a1);
      a2 = p.fma(loadBf16(ws, at + 2 * stride), a2);
      a3 = p.fma(loadBf16(ws, at + 3 * stride), a3);
    }
    finish(x, ws, wp, b, y, 0, o, in, a0);
    finish(x, ws, wp, b, y, 0, o + 1, in, a1);
    finish(x, ws, wp, b, y, 0, o + 2, in, a2);
    finish(x, ws, wp, b, y, 0, o + 3, in, a3);
  }

  private static FloatVector loadBf16(MemorySegment s, long offset) {
    return Lanes.fromBf16(ShortVector.fromMemorySegment(Lanes.BF16, s, offset, LITTLE));
  }

  /// Bfloat16 to float32, `count` numbers.
  private static void widen(
      MemorySegment from, long source, MemorySegment to, long target, int count) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      loadBf16(from, source + 2L * i).intoMemorySegment(to, target + 4L * i, ORDER);
    }
    for (; i < count; i++) {
      to.set(ValueLayout.JAVA_FLOAT, target + 4L * i, Partial.bf16(from, source + 2L * i));
    }
  }

  /// Outputs `from` to `to` of rows `first` to `last`; their weights begin at `wp`.
  private static void outputs(
      Matrix x,
      int first,
      int last,
      MemorySegment ws,
      long wp,
      @Nullable Matrix b,
      Matrix y,
      int from,
      int to) {
    long stride = 4L * x.cols();
    int o = from;
    long at = wp;
    for (; o + 4 <= to; o += 4, at += 4 * stride) {
      int r = first;
      for (; r + 2 <= last; r += 2) {
        twoByFour(x, ws, at, b, y, r, o);
      }
      if (r < last) {
        oneByFour(x, ws, at, b, y, r, o);
      }
    }
    for (; o < to; o++, at += stride) {
      for (int r = first; r < last; r++) {
        single(x, ws, at, b, y, r, o);
      }
    }
  }

  private static void twoByFour(
      Matrix x, MemorySegment ws, long wp, @Nullable Matrix b, Matrix y, int r, int o) {
    int in = x.cols();
    long stride = 4L * in;
    MemorySegment xs = x.segment();
    long xp = r * stride;
    FloatVector a0 = FloatVector.zero(Lanes.F32);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    int i = 0;
    for (; i + LANES <= in; i += LANES) {
      long at = 4L * i;
      FloatVector p = load(xs, xp + at);
      FloatVector q = load(xs, xp + stride + at);
      FloatVector v = load(ws, wp + at);
      a0 = p.fma(v, a0);
      b0 = q.fma(v, b0);
      v = load(ws, wp + stride + at);
      a1 = p.fma(v, a1);
      b1 = q.fma(v, b1);
      v = load(ws, wp + 2 * stride + at);
      a2 = p.fma(v, a2);
      b2 = q.fma(v, b2);
      v = load(ws, wp + 3 * stride + at);
      a3 = p.fma(v, a3);
      b3 = q.fma(v, b3);
    }
    finish(x, ws, wp, b, y, r, o, i, a0);
    finish(x, ws, wp + stride, b, y, r, o + 1, i, a1);
    finish(x, ws, wp + 2 * stride, b, y, r, o + 2, i, a2);
    finish(x, ws, wp + 3 * stride, b, y, r, o + 3, i, a3);
    finish(x, ws, wp, b, y, r + 1, o, i, b0);
    finish(x, ws, wp + stride, b, y, r + 1, o + 1, i, b1);
    finish(x, ws, wp + 2 * stride, b, y, r + 1, o + 2, i, b2);
    finish(x, ws, wp + 3 * stride, b, y, r + 1, o + 3, i, b3);
  }

  private static void oneByFour(
      Matrix x, MemorySegment ws, long wp, @Nullable Matrix b, Matrix y, int r, int o) {
    int in = x.cols();
    long stride = 4L * in;
    MemorySegment xs = x.segment();
    long xp = r * stride;
    FloatVector a0 = FloatVector.zero(Lanes.F32);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int i = 0;
    for (; i + LANES <= in; i += LANES) {
      long at = 4L * i;
      FloatVector p = load(xs, xp + at);
      a0 = p.fma(load(ws, wp + at), a0);
      a1 = p.fma(load(ws, wp + stride + at), a1);
      a2 = p.fma(load(ws, wp + 2 * stride + at), a2);
      a3 = p.fma(load(ws, wp + 3 * stride + at), a3);
    }
    finish(x, ws, wp, b, y, r, o, i, a0);
    finish(x, ws, wp + stride, b, y, r, o + 1, i, a1);
    finish(x, ws, wp + 2 * stride, b, y, r, o + 2, i, a2);
    finish(x, ws, wp + 3 * stride, b, y, r, o + 3, i, a3);
  }

  private static void single(
      Matrix x, MemorySegment ws, long wp, @Nullable Matrix b, Matrix y, int r, int o) {
    int in = x.cols();
    long xp = 4L * r * in;
    FloatVector a = FloatVector.zero(Lanes.F32);
    int i = 0;
    for (; i + LANES <= in; i += LANES) {
      a = load(x.segment(), xp + 4L * i).fma(load(ws, wp + 4L * i), a);
    }
    finish(x, ws, wp, b, y, r, o, i, a);
  }

  /// Adds up the lanes, what is left of the row from `i` on, and the bias.
  private static void finish(
      Matrix x,
      MemorySegment ws,
      long wp,
      @Nullable Matrix b,
      Matrix y,
      int r,
      int o,
      int i,
      FloatVector partial) {
    int in = x.cols();
    float sum = Lanes.sum(partial);
    for (; i < in; i++) {
      sum = Math.fma(at(x.segment(), 4L * ((long) r * in + i)), at(ws, wp + 4L * i), sum);
    }
    if (b != null) {
      sum += at(b.segment(), 4L * o);
    }
    y.segment().set(ValueLayout.JAVA_FLOAT, 4L * ((long) r * y.cols() + o), sum);
  }

  @Override
  public void layerNorm(
      Matrix x, Matrix weight, Matrix bias, float eps, Matrix y, int from, int to) {
    int width = x.cols();
    MemorySegment xs = x.segment();
    for (int r = from; r < to; r++) {
      long start = 4L * r * width;
      FloatVector total = FloatVector.zero(Lanes.F32);
      int i = 0;
      for (; i + LANES <= width; i += LANES) {
        total = total.add(load(xs, start + 4L * i));
      }
      float sum = Lanes.sum(total);
      for (; i < width; i++) {
        sum += at(xs, start + 4L * i);
      }
      float mean = sum / width;
      FloatVector spread = FloatVector.zero(Lanes.F32);
      for (i = 0; i + LANES <= width; i += LANES) {
        FloatVector d = load(xs, start + 4L * i).sub(mean);
        spread = d.fma(d, spread);
      }
      float squares = Lanes.sum(spread);
      for (; i < width; i++) {
        float d = at(xs, start + 4L * i) - mean;
        squares = Math.fma(d, d, squares);
      }
      float inverse = (float) (1 / Math.sqrt((double) squares / width + eps));
      for (i = 0; i + LANES <= width; i += LANES) {
        load(xs, start + 4L * i)
            .sub(mean)
            .mul(inverse)
            .fma(load(weight.segment(), 4L * i), load(bias.segment(), 4L * i))
            .intoMemorySegment(y.segment(), start + 4L * i, ORDER);
      }
      for (; i < width; i++) {
        float v =
            Math.fma(
                (at(xs, start + 4L * i) - mean) * inverse,
                at(weight.segment(), 4L * i),
                at(bias.segment(), 4L * i));
        y.segment().set(ValueLayout.JAVA_FLOAT, start + 4L * i, v);
      }
    }
  }

  @Override
  public void rmsNorm(Matrix x, Matrix weight, float eps, Matrix y, int from, int to) {
    int width = x.cols();
    MemorySegment xs = x.segment();
    for (int r = from; r < to; r++) {
      long start = 4L * r * width;
      FloatVector total = FloatVector.zero(Lanes.F32);
      int i = 0;
      for (; i + LANES <= width; i += LANES) {
        FloatVector v = load(xs, start + 4L * i);
        total = v.fma(v, total);
      }
      float squares = Lanes.sum(total);
      for (; i < width; i++) {
        float v = at(xs, start + 4L * i);
        squares = Math.fma(v, v, squares);
      }
      float inverse = (float) (1 / Math.sqrt((double) squares / width + eps));
      for (i = 0; i + LANES <= width; i += LANES) {
        load(xs, start + 4L * i)
            .mul(inverse)
            .mul(load(weight.segment(), 4L * i))
            .intoMemorySegment(y.segment(), start + 4L * i, ORDER);
      }
      for (; i < width; i++) {
        float v = at(xs, start + 4L * i) * inverse * at(weight.segment(), 4L * i);
        y.segment().set(ValueLayout.JAVA_FLOAT, start + 4L * i, v);
      }
    }
  }

  /// With `s = sigmoid`, `0.5 (1 + tanh(u)) = s(2u)`: one exponential and one division.
  @Override
  public void geluTanh(Matrix x, long from, long to) {
    MemorySegment s = x.segment();
    long i = from;
    for (; i + LANES <= to; i += LANES) {
      FloatVector a = load(s, 4 * i);
      FloatVector u = a.mul(a).mul(0.044715f).add(1f).mul(a).mul(-2 * GELU_INNER);
      a.div(Lanes.exp(u).add(1f)).intoMemorySegment(s, 4 * i, ORDER);
    }
    for (; i < to; i++) {
      float a = at(s, 4 * i);
      float u = (a * a * 0.044715f + 1f) * a * (-2 * GELU_INNER);
      s.set(ValueLayout.JAVA_FLOAT, 4 * i, a / (Partial.exp(u) + 1f));
    }
  }

  @Override
  public void swiGlu(Matrix gate, Matrix up, long from, long to) {
    MemorySegment g = gate.segment();
    MemorySegment u = up.segment();
    long i = from;
    for (; i + LANES <= to; i += LANES) {
      FloatVector a = load(g, 4 * i);
      a.div(Lanes.exp(a.neg()).add(1f)).mul(load(u, 4 * i)).intoMemorySegment(g, 4 * i, ORDER);
    }
    for (; i < to; i++) {
      float a = at(g, 4 * i);
      g.set(ValueLayout.JAVA_FLOAT, 4 * i, a / (Partial.exp(-a) + 1f) * at(u, 4 * i));
    }
  }

  @Override
  public void add(Matrix x, Matrix y, long from, long to) {
    MemorySegment xs = x.segment();
    MemorySegment ys = y.segment();
    long i = from;
    for (; i + LANES <= to; i += LANES) {
      load(xs, 4 * i).add(load(ys, 4 * i)).intoMemorySegment(xs, 4 * i, ORDER);
    }
    for (; i < to; i++) {
      xs.set(ValueLayout.JAVA_FLOAT, 4 * i, at(xs, 4 * i) + at(ys, 4 * i));
    }
  }

  @Override
  public void rotate(Matrix x, int row, int headDim, Matrix cos, Matrix sin, int position) {
    int half = headDim / 2;
    MemorySegment s = x.segment();
    long angles = 4L * position * half;
    for (int head = 0; head < x.cols() / headDim; head++) {
      long start = 4L * ((long) row * x.cols() + (long) head * headDim);
      long other = start + 4L * half;
      int i = 0;
      for (; i + LANES <= half; i += LANES) {
        FloatVector a = load(s, start + 4L * i);
        FloatVector b = load(s, other + 4L * i);
        FloatVector c = load(cos.segment(), angles + 4L * i);
        FloatVector n = load(sin.segment(), angles + 4L * i);
        a.mul(c).sub(b.mul(n)).intoMemorySegment(s, start + 4L * i, ORDER);
        b.mul(c).add(a.mul(n)).intoMemorySegment(s, other + 4L * i, ORDER);
      }
      for (; i < half; i++) {
        float a = at(s, start + 4L * i);
        float b = at(s, other + 4L * i);
        float c = at(cos.segment(), angles + 4L * i);
        float n = at(sin.segment(), angles + 4L * i);
        s.set(ValueLayout.JAVA_FLOAT, start + 4L * i, a * c - b * n);
        s.set(ValueLayout.JAVA_FLOAT, other + 4L * i, b * c + a * n);
      }
    }
  }

  /// Block by block, so that keys and values come from memory once for all heads that read them.
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
    MemorySegment s = scores.segment();
    MemorySegment o = out.segment();
    long wide = 4L * headDim;
    long apart = 4L * scores.cols();
    long base = scratchRow * apart;
    long query = 4L * ((long) row * q.cols() + column);
    long target = 4L * ((long) row * out.cols() + column);
    int at = 0;
    for (int block = 0; at < count; block++) {
      Matrix keys = k.get(block);
      int rows = Math.min(keys.rows(), count - at);
      for (int h = 0; h < heads; h++) {
        long to = base + h * apart + 4L * at;
        scores(
            q.segment(), query + h * wide, keys, keyColumn, headDim, rows, scale, bias, at, s, to);
      }
      at += rows;
    }
    for (int h = 0; h < heads; h++) {
      long scratch = base + h * apart;
      float sum = exponentials(s, scratch, count, most(s, scratch, count));
      s.set(ValueLayout.JAVA_FLOAT, scratch + 4L * count, 1 / sum);
      zero(o, target + h * wide, headDim);
    }
    at = 0;
    for (int block = 0; at < count; block++) {
      Matrix values = v.get(block);
      int rows = Math.min(values.rows(), count - at);
      for (int h = 0; h < heads; h++) {
        long from = base + h * apart + 4L * at;
        mix(s, from, rows, values, keyColumn, headDim, o, target + h * wide);
      }
      at += rows;
    }
    for (int h = 0; h < heads; h++) {
      scale(o, target + h * wide, headDim, at(s, base + h * apart + 4L * count));
    }
  }

  private static float most(MemorySegment s, long base, int count) {
    FloatVector most = FloatVector.broadcast(Lanes.F32, Float.NEGATIVE_INFINITY);
    int j = 0;
    for (; j + LANES <= count; j += LANES) {
      most = most.max(load(s, base + 4L * j));
    }
    float max = most.reduceLanes(VectorOperators.MAX);
    for (; j < count; j++) {
      max = Math.max(max, at(s, base + 4L * j));
    }
    return max;
  }

  /// Four keys side by side: 36 cycles a key in place of 82, since no addition waits for the one
  /// before it.
  ///
  /// @param first the number of the block's first key
  private static void scores(
      MemorySegment q,
      long query,
      Matrix k,
      int keyColumn,
      int headDim,
      int rows,
      float scale,
      @Nullable Matrix bias,
      int first,
      MemorySegment s,
      long to) {
    MemorySegment ks = k.segment();
    long stride = 4L * k.cols();
    int j = 0;
    for (; j + 4 <= rows; j += 4) {
      long key = j * stride + 4L * keyColumn;
      FloatVector a0 = FloatVector.zero(Lanes.F32);
      FloatVector a1 = a0;
      FloatVector a2 = a0;
      FloatVector a3 = a0;
      int i = 0;
      for (; i + LANES <= headDim; i += LANES) {
        FloatVector p = load(q, query + 4L * i);
        long at = key + 4L * i;
        a0 = p.fma(load(ks, at), a0);
        a1 = p.fma(load(ks, at + stride), a1);
        a2 = p.fma(load(ks, at + 2 * stride), a2);
        a3 = p.fma(load(ks, at + 3 * stride), a3);
      }
      score(q, query, ks, key, headDim, i, a0, scale, bias, first + j, s, to + 4L * j);
      score(
          q,
          query,
          ks,
          key + stride,
          headDim,
          i,
          a1,
          scale,
          bias,
          first + j + 1,
          s,
          to + 4L * j + 4);
      score(
          q,
          query,
          ks,
          key + 2 * stride,
          headDim,
          i,
          a2,
          scale,
          bias,
          first + j + 2,
          s,
          to + 4L * j + 8);
      score(
          q,
          query,
          ks,
          key + 3 * stride,
          headDim,
          i,
          a3,
          scale,
          bias,
          first + j + 3,
          s,
          to + 4L * j + 12);
    }
    for (; j < rows; j++) {
      long key = j * stride + 4L * keyColumn;
      FloatVector a = FloatVector.zero(Lanes.F32);
      int i = 0;
      for (; i + LANES <= headDim; i += LANES) {
        a = load(q, query + 4L * i).fma(load(ks, key + 4L * i), a);
      }
      score(q, query, ks, key, headDim, i, a, scale, bias, first + j, s, to + 4L * j);
    }
  }

  /// Adds up the lanes and what is left of the head from `i` on, and stores the score of key `j`.
  private static void score(
      MemorySegment q,
      long query,
      MemorySegment ks,
      long key,
      int headDim,
      int i,
      FloatVector partial,
      float scale,
      @Nullable Matrix bias,
      int j,
      MemorySegment s,
      long to) {
    float dot = Lanes.sum(partial);
    for (; i < headDim; i++) {
      dot = Math.fma(at(q, query + 4L * i), at(ks, key + 4L * i), dot);
    }
    float score = dot * scale;
    if (bias != null) {
      score += at(bias.segment(), 4L * j);
    }
    s.set(ValueLayout.JAVA_FLOAT, to, score);
  }

  private static float exponentials(MemorySegment s, long base, int count, float max) {
    FloatVector total = FloatVector.zero(Lanes.F32);
    int j = 0;
    for (; j + LANES <= count; j += LANES) {
      FloatVector e = Lanes.exp(load(s, base + 4L * j).sub(max));
      e.intoMemorySegment(s, base + 4L * j, ORDER);
      total = total.add(e);
    }
    float sum = Lanes.sum(total);
    for (; j < count; j++) {
      float e = Partial.exp(at(s, base + 4L * j) - max);
      s.set(ValueLayout.JAVA_FLOAT, base + 4L * j, e);
      sum += e;
    }
    return sum;
  }

  /// Adds a block's weighted values to the sums that stand in `out`.
  private static void mix(
      MemorySegment s,
      long base,
      int rows,
      Matrix v,
      int keyColumn,
      int headDim,
      MemorySegment out,
      long outStart) {
    MemorySegment vs = v.segment();
    long stride = 4L * v.cols();
    int i = 0;
    for (; i + 4 * LANES <= headDim; i += 4 * LANES) {
      long to = outStart + 4L * i;
      FloatVector a0 = load(out, to);
      FloatVector a1 = load(out, to + 4L * LANES);
      FloatVector a2 = load(out, to + 8L * LANES);
      FloatVector a3 = load(out, to + 12L * LANES);
      long value = 4L * (keyColumn + i);
      for (int j = 0; j < rows; j++, value += stride) {
        FloatVector p = FloatVector.broadcast(Lanes.F32, at(s, base + 4L * j));
        a0 = p.fma(load(vs, value), a0);
        a1 = p.fma(load(vs, value + 4L * LANES), a1);
        a2 = p.fma(load(vs, value + 8L * LANES), a2);
        a3 = p.fma(load(vs, value + 12L * LANES), a3);
      }
      a0.intoMemorySegment(out, to, ORDER);
      a1.intoMemorySegment(out, to + 4L * LANES, ORDER);
      a2.intoMemorySegment(out, to + 8L * LANES, ORDER);
      a3.intoMemorySegment(out, to + 12L * LANES, ORDER);
    }
    for (; i + LANES <= headDim; i += LANES) {
      long to = outStart + 4L * i;
      FloatVector a = load(out, to);
      long value = 4L * (keyColumn + i);
      for (int j = 0; j < rows; j++, value += stride) {
        a = FloatVector.broadcast(Lanes.F32, at(s, base + 4L * j)).fma(load(vs, value), a);
      }
      a.intoMemorySegment(out, to, ORDER);
    }
    for (; i < headDim; i++) {
      long to = outStart + 4L * i;
      float a = at(out, to);
      for (int j = 0; j < rows; j++) {
        a = Math.fma(at(s, base + 4L * j), at(vs, j * stride + 4L * (keyColumn + i)), a);
      }
      out.set(ValueLayout.JAVA_FLOAT, to, a);
    }
  }

  private static void zero(MemorySegment out, long start, int width) {
    for (int i = 0; i < width; i++) {
      out.set(ValueLayout.JAVA_FLOAT, start + 4L * i, 0);
    }
  }

  private static void scale(MemorySegment out, long start, int width, float factor) {
    int i = 0;
    for (; i + LANES <= width; i += LANES) {
      load(out, start + 4L * i).mul(factor).intoMemorySegment(out, start + 4L * i, ORDER);
    }
    for (; i < width; i++) {
      out.set(ValueLayout.JAVA_FLOAT, start + 4L * i, at(out, start + 4L * i) * factor);
    }
  }
}
