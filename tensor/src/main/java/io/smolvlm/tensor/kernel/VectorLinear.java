package io.smolvlm.tensor.kernel;

import static io.smolvlm.tensor.kernel.Lanes.at;
import static io.smolvlm.tensor.kernel.Lanes.load;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.Bf16Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import org.jspecify.annotations.Nullable;

/// Linear layers with the Vector API: the part of [VectorKernels] that most time goes to.
final class VectorLinear {
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;
  private static final int LANES = Lanes.COUNT;

  /// Rows of `x` that stay in the second-level cache while the weight streams past them.
  private static final int ROW_BLOCK = 48;

  /// Up to so many rows of `x` go through each row of a bfloat16 weight while that is in the
  /// first-level cache; more share what is widened once.
  private static final int FEW = 16;

  /// Bytes of a weight that is taken to come from memory and not from the second-level cache: one
  /// output at a time, as in bfloat16. Smaller ones are computed in three quarters of the time with
  /// four outputs side by side.
  private static final int CACHED = 1 << 20;

  private VectorLinear() {}

  static void linear(Matrix x, Matrix w, @Nullable Matrix b, Matrix y, int from, int to) {
    if (x.rows() < 4 && w.segment().byteSize() > CACHED) {
      for (int o = from; o < to; o++) {
        for (int r = 0; r < x.rows(); r++) {
          single(x, w.segment(), 4L * o * x.cols(), b, y, r, o);
        }
      }
      return;
    }
    for (int first = 0; first < x.rows(); first += ROW_BLOCK) {
      int last = Math.min(first + ROW_BLOCK, x.rows());
      outputs(x, first, last, w.segment(), 4L * from * x.cols(), b, y, from, to);
    }
  }

  static void linear(
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
    if (x.rows() <= FEW && in % LANES == 0) {
      for (; o < to; o++) {
        int r = 0;
        for (; r + 4 <= x.rows(); r += 4) {
          fourByOneBf16(x, w.data(), 2L * o * in, b, y, r, o);
        }
        for (; r < x.rows(); r++) {
          singleBf16(x, w.data(), 2L * o * in, b, y, r, o);
        }
      }
    }
    long scratch = 4L * row * in;
    for (; o < to; o += Kernels.WIDENED) {
      int end = Math.min(o + Kernels.WIDENED, to);
      widen(w.data(), 2L * o * in, widened.segment(), scratch, (end - o) * in);
      outputs(x, 0, x.rows(), widened.segment(), scratch, b, y, o, end);
    }
  }

  /// Widened in registers, for decode steps. One output at a time, since a weight from memory is
  /// then one stream: of [49152, 576], two threads read 34 GB/s so and 15 with four outputs side by
  /// side (docs/log.md, "one stream").
  private static void singleBf16(
      Matrix x, MemorySegment ws, long wp, @Nullable Matrix b, Matrix y, int r, int o) {
    FloatVector a = FloatVector.zero(Lanes.F32);
    long xp = 4L * r * x.cols();
    for (int i = 0; i < x.cols(); i += LANES) {
      a = load(x.segment(), xp + 4L * i).fma(loadBf16(ws, wp + 2L * i), a);
    }
    store(b, y, r, o, Lanes.sum(a));
  }

  private static void fourByOneBf16(
      Matrix x, MemorySegment ws, long wp, @Nullable Matrix b, Matrix y, int r, int o) {
    MemorySegment xs = x.segment();
    long stride = 4L * x.cols();
    FloatVector a0 = FloatVector.zero(Lanes.F32);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    for (int i = 0; i < x.cols(); i += LANES) {
      FloatVector v = loadBf16(ws, wp + 2L * i);
      long at = r * stride + 4L * i;
      a0 = load(xs, at).fma(v, a0);
      a1 = load(xs, at + stride).fma(v, a1);
      a2 = load(xs, at + 2 * stride).fma(v, a2);
      a3 = load(xs, at + 3 * stride).fma(v, a3);
    }
    store(b, y, r, o, Lanes.sum(a0));
    store(b, y, r + 1, o, Lanes.sum(a1));
    store(b, y, r + 2, o, Lanes.sum(a2));
    store(b, y, r + 3, o, Lanes.sum(a3));
  }

  /// Takes no vector: what C2 has compiled for itself it does not inline, and each would be an
  /// object.
  private static void store(@Nullable Matrix b, Matrix y, int r, int o, float sum) {
    float biased = b == null ? sum : sum + at(b.segment(), 4L * o);
    y.segment().set(ValueLayout.JAVA_FLOAT, 4L * ((long) r * y.cols() + o), biased);
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
    float sum = Lanes.sum(a);
    for (; i < in; i++) {
      sum = Math.fma(at(x.segment(), xp + 4L * i), at(ws, wp + 4L * i), sum);
    }
    store(b, y, r, o, sum);
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
}
