package io.smolvlm.tensor.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Attention over float16 with the Vector API: columns of a table are lanes, so that no sum runs
/// across lanes.
final class VectorHalfKernels implements HalfKernels {
  private static final int LANES = Lanes.COUNT;
  private static final VectorSpecies<Integer> I32 =
      VectorSpecies.of(int.class, VectorShape.forBitSize(LANES * Integer.SIZE));

  /// From so many heads on a strip is widened before it is read.
  private static final int MANY = 8;

  private static IntVector words(MemorySegment table, long at) {
    return IntVector.fromMemorySegment(I32, table, at, ByteOrder.LITTLE_ENDIAN);
  }

  private static FloatVector low(IntVector v) {
    return high(v.lanewise(LSHL, 16));
  }

  private static FloatVector high(IntVector v) {
    return v.lanewise(ASHR, 3).and(0x8FFFE000).reinterpretAsFloats();
  }

  private static FloatVector all(float[] x, int i) {
    return FloatVector.broadcast(Lanes.F32, x[i]);
  }

  private static FloatVector load(float[] y, int i) {
    return FloatVector.fromArray(Lanes.F32, y, i);
  }

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
    long next = 4L * LANES * height;
    int h = heads < MANY ? 0 : heads / 4 * 4;
    if (h > 0) {
      long strip = at;
      for (int i = 0; i < width; i += 2 * LANES, strip += next) {
        widen(table, strip, count, widened);
        for (int q = 0; q < h; q += 4) {
          four(widened, count, x, from + q * apart, apart, y, to + q * yApart + i, yApart);
        }
      }
    }
    for (; heads - h >= 2; h += 3) {
      int x0 = from + h * apart;
      int y0 = to + h * yApart;
      // Of two, the second is computed twice.
      int third = Math.min(2, heads - h - 1);
      long strip = at;
      for (int i = 0; i < width; i += 2 * LANES, strip += next) {
        three(
            table,
            strip,
            count,
            x,
            x0,
            x0 + apart,
            x0 + third * apart,
            y,
            y0 + i,
            y0 + yApart + i,
            y0 + third * yApart + i);
      }
    }
    for (; h < heads; h++) {
      long strip = at;
      for (int i = 0; i < width; i += 2 * LANES, strip += next) {
        one(table, strip, count, x, from + h * apart, y, to + h * yApart + i);
      }
    }
  }

  /// A strip in float32: of each row of the table both vectors.
  private static void widen(MemorySegment table, long at, int count, float[] widened) {
    for (int k = 0; k < count; k++) {
      IntVector w = words(table, at + 4L * LANES * k);
      low(w).intoArray(widened, 2 * LANES * k);
      high(w).intoArray(widened, 2 * LANES * k + LANES);
    }
  }

  private static void four(
      float[] widened, int count, float[] x, int x0, int apart, float[] y, int y0, int yApart) {
    int x1 = x0 + apart;
    int x2 = x1 + apart;
    int x3 = x2 + apart;
    int y1 = y0 + yApart;
    int y2 = y1 + yApart;
    int y3 = y2 + yApart;
    FloatVector a0 = load(y, y0);
    FloatVector b0 = load(y, y0 + LANES);
    FloatVector a1 = load(y, y1);
    FloatVector b1 = load(y, y1 + LANES);
    FloatVector a2 = load(y, y2);
    FloatVector b2 = load(y, y2 + LANES);
    FloatVector a3 = load(y, y3);
    FloatVector b3 = load(y, y3 + LANES);
    for (int k = 0; k < count; k++) {
      FloatVector a = load(widened, 2 * LANES * k);
      FloatVector b = load(widened, 2 * LANES * k + LANES);
      FloatVector v = all(x, x0 + k);
      a0 = a.fma(v, a0);
      b0 = b.fma(v, b0);
      v = all(x, x1 + k);
      a1 = a.fma(v, a1);
      b1 = b.fma(v, b1);
      v = all(x, x2 + k);
      a2 = a.fma(v, a2);
      b2 = b.fma(v, b2);
      v = all(x, x3 + k);
      a3 = a.fma(v, a3);
      b3 = b.fma(v, b3);
    }
    a0.intoArray(y, y0);
    b0.intoArray(y, y0 + LANES);
    a1.intoArray(y, y1);
    b1.intoArray(y, y1 + LANES);
    a2.intoArray(y, y2);
    b2.intoArray(y, y2 + LANES);
    a3.intoArray(y, y3);
    b3.intoArray(y, y3 + LANES);
  }

  private static void three(
      MemorySegment table,
      long at,
      int count,
      float[] x,
      int x0,
      int x1,
      int x2,
      float[] y,
      int y0,
      int y1,
      int y2) {
    FloatVector a0 = load(y, y0);
    FloatVector a1 = load(y, y0 + LANES);
    FloatVector b0 = load(y, y1);
    FloatVector b1 = load(y, y1 + LANES);
    FloatVector c0 = load(y, y2);
    FloatVector c1 = load(y, y2 + LANES);
    for (int k = 0; k < count; k++) {
      IntVector w = words(table, at + 4L * LANES * k);
      FloatVector low = low(w);
      FloatVector high = high(w);
      FloatVector v = all(x, x0 + k);
      a0 = low.fma(v, a0);
      a1 = high.fma(v, a1);
      v = all(x, x1 + k);
      b0 = low.fma(v, b0);
      b1 = high.fma(v, b1);
      v = all(x, x2 + k);
      c0 = low.fma(v, c0);
      c1 = high.fma(v, c1);
    }
    a0.intoArray(y, y0);
    a1.intoArray(y, y0 + LANES);
    b0.intoArray(y, y1);
    b1.intoArray(y, y1 + LANES);
    c0.intoArray(y, y2);
    c1.intoArray(y, y2 + LANES);
  }

  private static void one(
      MemorySegment table, long at, int count, float[] x, int x0, float[] y, int y0) {
    FloatVector a0 = load(y, y0);
    FloatVector a1 = load(y, y0 + LANES);
    for (int k = 0; k < count; k++) {
      IntVector w = words(table, at + 4L * LANES * k);
      FloatVector v = all(x, x0 + k);
      a0 = low(w).fma(v, a0);
      a1 = high(w).fma(v, a1);
    }
    a0.intoArray(y, y0);
    a1.intoArray(y, y0 + LANES);
  }

  @Override
  public float exponentials(float[] scores, int from, int count) {
    FloatVector largest = FloatVector.broadcast(Lanes.F32, Float.NEGATIVE_INFINITY);
    int whole = count / LANES * LANES;
    for (int j = 0; j < whole; j += LANES) {
      largest = largest.max(load(scores, from + j));
    }
    float most = largest.reduceLanes(VectorOperators.MAX);
    for (int j = whole; j < count; j++) {
      most = Math.max(most, scores[from + j]);
    }
    float sum = whole == 0 ? 0 : exponentials(scores, from, whole, most);
    for (int j = whole; j < count; j++) {
      float e = Partial.exp(scores[from + j] - most);
      scores[from + j] = e * UNIT;
      sum += e;
    }
    return sum;
  }

  /// Apart from short sequences, which never come here: C2 would not inline what it has seen run
  /// seldom, and each vector would be an object for as long as the process lives.
  private static float exponentials(float[] scores, int from, int whole, float most) {
    FloatVector total = FloatVector.zero(Lanes.F32);
    for (int j = from; j < from + whole; j += LANES) {
      FloatVector e = Lanes.exp(load(scores, j).sub(most));
      e.mul(UNIT).intoArray(scores, j);
      total = total.add(e);
    }
    return Lanes.sum(total);
  }
}
