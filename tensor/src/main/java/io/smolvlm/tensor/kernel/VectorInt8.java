package io.smolvlm.tensor.kernel;

import static io.smolvlm.tensor.kernel.PackedLanes.BLOCK;
import static io.smolvlm.tensor.kernel.PackedLanes.LANES;
import static io.smolvlm.tensor.kernel.PackedLanes.PANEL;
import static io.smolvlm.tensor.kernel.PackedLanes.TOGETHER;
import static io.smolvlm.tensor.kernel.PackedLanes.all;
import static io.smolvlm.tensor.kernel.PackedLanes.floats;
import static io.smolvlm.tensor.kernel.PackedLanes.high;
import static io.smolvlm.tensor.kernel.PackedLanes.low;
import static io.smolvlm.tensor.kernel.PackedLanes.words;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.smolvlm.tensor.ops.PackedWeight;
import io.smolvlm.tensor.ops.PackedWeight.Format;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// 8-bit weights times float32 activations: one row from the packed words as they are, four and
/// more from weights that were widened once.
final class VectorInt8 {
  private static final VectorMask<Float> NOT_LAST =
      VectorMask.fromLong(Lanes.F32, 0x7777777777777777L);

  private VectorInt8() {}

  /// As [PackedKernels#lessNext].
  static void lessNext(float[] x, int at, int count, float[] y) {
    for (int i = at; i < at + count; i += LANES) {
      FloatVector next = FloatVector.fromArray(Lanes.F32, x, i + 1).mul(0x1p-8f);
      FloatVector.fromArray(Lanes.F32, x, i)
          .lanewise(VectorOperators.SUB, next, NOT_LAST)
          .intoArray(y, i);
    }
  }

  /// As [PackedKernels#int8].
  static void panel(
      PackedWeight weight, int panel, Activations x, int from, int to, float[] scratch, float[] y) {
    MemorySegment data = weight.data();
    int width = weight.blocks() * BLOCK;
    scales(data, weight.scalesAt(panel), weight.blocks(), scratch);
    int r = from + (to - from) / TOGETHER * TOGETHER;
    if (r > from) {
      Arrays.fill(y, 0, (r - from) * PANEL, 0f);
      for (int o = 0; o < PANEL; o += 2 * LANES) {
        long first = weight.levelsAt(panel, o);
        long second = weight.levelsAt(panel, o + LANES);
        widen(data, first, second, width, scratch, o);
        for (int q = from; q < r; q += TOGETHER) {
          int at = (q - from) * PANEL + o;
          fourRows(x.quads(), x.at(q), width, scratch, width, 0, y, at);
          fourRows(x.quads(), x.at(q), width, scratch, width, 1, y, at);
        }
      }
    }
    for (; r < to; r++) {
      for (int o = 0; o < PANEL; o += 2 * LANES) {
        long at = weight.levelsAt(panel, o);
        long next = weight.levelsAt(panel, o + LANES);
        oneRow(x.less(), x.at(r), width, data, at, next, scratch, o, y, (r - from) * PANEL + o);
      }
    }
  }

  /// The scales of a panel, times 2^-24: those of outputs `o` and `o + 16` share a word.
  private static void scales(MemorySegment data, long at, int blocks, float[] scales) {
    for (int b = 0; b < blocks; b++, at += Format.INT8.scaleBytes()) {
      for (int o = 0; o < PANEL / 2; o += LANES) {
        IntVector both = words(data, at + 4L * o);
        low(both).mul(0x1p88f).intoArray(scales, b * PANEL + o); // 2^(112 - 24)
        high(both).mul(0x1p88f).intoArray(scales, b * PANEL + o + PANEL / 2);
      }
    }
  }

  /// One row and two vectors of outputs. A word shifted to the left is a level and a part of its
  /// neighbour below, which the inputs allow for.
  private static void oneRow(
      float[] x,
      int xAt,
      int width,
      MemorySegment data,
      long at,
      long next,
      float[] scales,
      int o,
      float[] y,
      int to) {
    FloatVector a0 = FloatVector.zero(Lanes.F32);
    FloatVector a1 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    for (int j = 0; j < width / 4; j++) {
      int i = xAt + 4 * j;
      IntVector u = words(data, at + 64L * j);
      IntVector w = words(data, next + 64L * j);
      int s = j / (BLOCK / 4) * PANEL + o;
      FloatVector su = FloatVector.fromArray(Lanes.F32, scales, s);
      FloatVector sw = FloatVector.fromArray(Lanes.F32, scales, s + LANES);
      FloatVector v = all(x, i);
      a0 = floats(u.lanewise(LSHL, 24)).mul(su).fma(v, a0);
      b0 = floats(w.lanewise(LSHL, 24)).mul(sw).fma(v, b0);
      v = all(x, i + 1);
      a1 = floats(u.lanewise(LSHL, 16)).mul(su).fma(v, a1);
      b1 = floats(w.lanewise(LSHL, 16)).mul(sw).fma(v, b1);
      v = all(x, i + 2);
      a0 = floats(u.lanewise(LSHL, 8)).mul(su).fma(v, a0);
      b0 = floats(w.lanewise(LSHL, 8)).mul(sw).fma(v, b0);
      v = all(x, i + 3);
      a1 = floats(u).mul(su).fma(v, a1);
      b1 = floats(w).mul(sw).fma(v, b1);
    }
    a0.add(a1).intoArray(y, to);
    b0.add(b1).intoArray(y, to + LANES);
  }

  /// The numbers of two vectors of outputs as [#oneRow] makes them, into `scratch` behind the
  /// scales: both vectors for each input, those of even inputs first.
  private static void widen(
      MemorySegment data, long at, long next, int width, float[] scratch, int o) {
    int odd = width * LANES;
    for (int j = 0; j < width / 4; j++) {
      IntVector u = words(data, at + 64L * j);
      IntVector w = words(data, next + 64L * j);
      int s = j / (BLOCK / 4) * PANEL + o;
      FloatVector su = FloatVector.fromArray(Lanes.F32, scratch, s);
      FloatVector sw = FloatVector.fromArray(Lanes.F32, scratch, s + LANES);
      int i = width + 4 * j * LANES;
      floats(u.lanewise(LSHL, 24)).mul(su).intoArray(scratch, i);
      floats(w.lanewise(LSHL, 24)).mul(sw).intoArray(scratch, i + LANES);
      floats(u.lanewise(LSHL, 8)).mul(su).intoArray(scratch, i + 2 * LANES);
      floats(w.lanewise(LSHL, 8)).mul(sw).intoArray(scratch, i + 3 * LANES);
      floats(u.lanewise(LSHL, 16)).mul(su).intoArray(scratch, i + odd);
      floats(w.lanewise(LSHL, 16)).mul(sw).intoArray(scratch, i + odd + LANES);
      floats(u).mul(su).intoArray(scratch, i + odd + 2 * LANES);
      floats(w).mul(sw).intoArray(scratch, i + odd + 3 * LANES);
    }
  }

  /// Four rows and two vectors of outputs, from widened weights: the even inputs or the odd ones,
  /// added to what `y` holds.
  ///
  /// @param x the inputs of the four rows side by side
  /// @param widened where in `scratch` the weights begin
  /// @param odd 0 or 1
  private static void fourRows(
      float[] x, int xAt, int width, float[] scratch, int widened, int odd, float[] y, int to) {
    int at = widened + odd * width * LANES;
    int first = xAt + 4 * odd;
    FloatVector a0 = FloatVector.zero(Lanes.F32);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    for (int k = 0; k < width / 2; k++) {
      int i = first + 8 * k;
      FloatVector u = FloatVector.fromArray(Lanes.F32, scratch, at + 2 * k * LANES);
      FloatVector w = FloatVector.fromArray(Lanes.F32, scratch, at + 2 * k * LANES + LANES);
      FloatVector v = all(x, i);
      a0 = u.fma(v, a0);
      b0 = w.fma(v, b0);
      v = all(x, i + 1);
      a1 = u.fma(v, a1);
      b1 = w.fma(v, b1);
      v = all(x, i + 2);
      a2 = u.fma(v, a2);
      b2 = w.fma(v, b2);
      v = all(x, i + 3);
      a3 = u.fma(v, a3);
      b3 = w.fma(v, b3);
    }
    FloatVector.fromArray(Lanes.F32, y, to).add(a0).intoArray(y, to);
    FloatVector.fromArray(Lanes.F32, y, to + LANES).add(b0).intoArray(y, to + LANES);
    FloatVector.fromArray(Lanes.F32, y, to + PANEL).add(a1).intoArray(y, to + PANEL);
    FloatVector.fromArray(Lanes.F32, y, to + PANEL + LANES)
        .add(b1)
        .intoArray(y, to + PANEL + LANES);
    FloatVector.fromArray(Lanes.F32, y, to + 2 * PANEL).add(a2).intoArray(y, to + 2 * PANEL);
    FloatVector.fromArray(Lanes.F32, y, to + 2 * PANEL + LANES)
        .add(b2)
        .intoArray(y, to + 2 * PANEL + LANES);
    FloatVector.fromArray(Lanes.F32, y, to + 3 * PANEL).add(a3).intoArray(y, to + 3 * PANEL);
    FloatVector.fromArray(Lanes.F32, y, to + 3 * PANEL + LANES)
        .add(b3)
        .intoArray(y, to + 3 * PANEL + LANES);
  }
}
