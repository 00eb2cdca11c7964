package io.smolvlm.tensor.kernel;

import static io.smolvlm.tensor.kernel.Lanes.at;
import static io.smolvlm.tensor.kernel.Lanes.load;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/// Attention with the Vector API, the part of [VectorKernels] that reads keys and values.
final class VectorAttention {
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = Lanes.COUNT;

  private VectorAttention() {}

  /// Block by block, so that keys and values come from memory once for all heads that read them.
  static void attend(
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
    int whole = count / LANES * LANES;
    float sum = whole == 0 ? 0 : vectors(s, base, whole, max);
    for (int j = whole; j < count; j++) {
      float e = Partial.exp(at(s, base + 4L * j) - max);
      s.set(ValueLayout.JAVA_FLOAT, base + 4L * j, e);
      sum += e;
    }
    return sum;
  }

  /// Apart from short sequences, which never come here, as in [VectorHalfKernels#exponentials].
  private static float vectors(MemorySegment s, long base, int whole, float max) {
    FloatVector total = FloatVector.zero(Lanes.F32);
    for (int j = 0; j < whole; j += LANES) {
      FloatVector e = Lanes.exp(load(s, base + 4L * j).sub(max));
      e.intoMemorySegment(s, base + 4L * j, ORDER);
      total = total.add(e);
    }
    return Lanes.sum(total);
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
