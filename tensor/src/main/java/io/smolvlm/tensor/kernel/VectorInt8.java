package io.smolvlm.tensor.kernel;

import static io.smolvlm.tensor.kernel.PackedLanes.BLOCK;
import static io.smolvlm.tensor.kernel.PackedLanes.LANES;
import static io.smolvlm.tensor.kernel.PackedLanes.LINE;
import static io.smolvlm.tensor.kernel.PackedLanes.PANEL;
import static io.smolvlm.tensor.kernel.PackedLanes.TOGETHER;
import static io.smolvlm.tensor.kernel.PackedLanes.all;
import static io.smolvlm.tensor.kernel.PackedLanes.floats;
import static io.smolvlm.tensor.kernel.PackedLanes.high;
import static io.smolvlm.tensor.kernel.PackedLanes.low;
import static io.smolvlm.tensor.kernel.PackedLanes.words;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.smolvlm.tensor.ops.PackedWeight;
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

  /// Vectors of a block's words.
  private static final int LINES = 2 * BLOCK / 4;

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
    long at = weight.levelsAt(panel);
    int width = weight.blocks() * BLOCK;
    scales(data, weight.scalesAt(panel), weight.blocks(), scratch);
    int r = from + (to - from) / TOGETHER * TOGETHER;
    if (r > from) {
      Arrays.fill(y, 0, (r - from) * PANEL, 0f);
      int widened = weight.blocks() * PANEL;
      widen(data, at, width, scratch, widened);
      for (int q = from; q < r; q += TOGETHER) {
        fourRows(x.quads(), x.at(q), width, scratch, widened, 0, y, (q - from) * PANEL);
        fourRows(x.quads(), x.at(q), width, scratch, widened, 1, y, (q - from) * PANEL);
      }
    }
    for (; r < to; r++) {
      oneRow(x.less(), x.at(r), width, data, at, scratch, y, (r - from) * PANEL);
    }
  }

  /// The scales of a panel, times 2^-24: those of both vectors share a word.
  private static void scales(MemorySegment data, long at, int blocks, float[] scales) {
    for (int b = 0; b < blocks; b++, at += LINE) {
      IntVector both = words(data, at);
      low(both).mul(0x1p88f).intoArray(scales, b * PANEL); // 2^(112 - 24)
      high(both).mul(0x1p88f).intoArray(scales, b * PANEL + LANES);
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
      float[] scales,
      float[] y,
      int to) {
    FloatVector a0 = FloatVector.zero(Lanes.F32);
    FloatVector a1 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    for (int j = 0; j < width / 4; j++) {
      int i = xAt + 4 * j;
      IntVector u = words(data, at + 2 * LINE * j);
      IntVector w = words(data, at + 2 * LINE * j + LINE);
      int s = j / (BLOCK / 4) * PANEL;
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

  /// The numbers of a panel as [#oneRow] makes them, into `scratch` from `to` on: both vectors for
  /// each input, those of even inputs first. Beginning and middle of the panel go on together,
  /// since what is waited for comes sooner from two places: with one, eight rows took 7 % longer.
  private static void widen(MemorySegment data, long at, int width, float[] scratch, int to) {
    int odd = width * LANES;
    int middle = width / 4;
    for (int j = 0; j < middle; j++) {
      IntVector u = words(data, at + LINE * j);
      IntVector w = words(data, at + LINE * (j + middle));
      int which = j % 2 * LANES;
      int su = j / LINES * PANEL + which;
      FloatVector scale = FloatVector.fromArray(Lanes.F32, scratch, su);
      int i = to + j / 2 * 4 * LANES + which;
      floats(u.lanewise(LSHL, 24)).mul(scale).intoArray(scratch, i);
      floats(u.lanewise(LSHL, 8)).mul(scale).intoArray(scratch, i + 2 * LANES);
      floats(u.lanewise(LSHL, 16)).mul(scale).intoArray(scratch, i + odd);
      floats(u).mul(scale).intoArray(scratch, i + odd + 2 * LANES);
      int sw = (j + middle) / LINES * PANEL + which;
      scale = FloatVector.fromArray(Lanes.F32, scratch, sw);
      i += middle / 2 * 4 * LANES;
      floats(w.lanewise(LSHL, 24)).mul(scale).intoArray(scratch, i);
      floats(w.lanewise(LSHL, 8)).mul(scale).intoArray(scratch, i + 2 * LANES);
      floats(w.lanewise(LSHL, 16)).mul(scale).intoArray(scratch, i + odd);
      floats(w).mul(scale).intoArray(scratch, i + odd + 2 * LANES);
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
