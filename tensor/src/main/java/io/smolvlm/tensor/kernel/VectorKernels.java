package io.smolvlm.tensor.kernel;

import static io.smolvlm.tensor.kernel.Lanes.at;
import static io.smolvlm.tensor.kernel.Lanes.load;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.Bf16Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// The kernels with the Vector API.
///
/// Each sum is kept in one vector of partial sums and added up by [Lanes#sum], so its rounding
/// depends on nothing but its two operands; several sums run side by side to hide the latency of
/// the additions.
final class VectorKernels implements Kernels {
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = Lanes.COUNT;

  private static final float GELU_INNER = (float) Math.sqrt(2 / Math.PI);

  @Override
  public void linear(Matrix x, Matrix w, @Nullable Matrix b, Matrix y, int from, int to) {
    VectorLinear.linear(x, w, b, y, from, to);
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
    VectorLinear.linear(x, w, b, y, widened, row, from, to);
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
    VectorAttention.attend(
        q,
        row,
        column,
        heads,
        k,
        v,
        keyColumn,
        headDim,
        count,
        scale,
        bias,
        scores,
        scratchRow,
        out);
  }
}
