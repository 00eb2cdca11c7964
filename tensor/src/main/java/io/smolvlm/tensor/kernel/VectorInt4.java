package io.smolvlm.tensor.kernel;

import static io.smolvlm.tensor.kernel.PackedLanes.BLOCK;
import static io.smolvlm.tensor.kernel.PackedLanes.I32;
import static io.smolvlm.tensor.kernel.PackedLanes.LANES;
import static io.smolvlm.tensor.kernel.PackedLanes.LINE;
import static io.smolvlm.tensor.kernel.PackedLanes.PANEL;
import static io.smolvlm.tensor.kernel.PackedLanes.TOGETHER;
import static io.smolvlm.tensor.kernel.PackedLanes.all;
import static io.smolvlm.tensor.kernel.PackedLanes.floats;
import static io.smolvlm.tensor.kernel.PackedLanes.high;
import static io.smolvlm.tensor.kernel.PackedLanes.low;
import static io.smolvlm.tensor.kernel.PackedLanes.words;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.smolvlm.tensor.ops.PackedWeight;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// 4-bit weights times activations that are rounded to 8 bits a block: products and their sums in
/// 16 bits, then scales and minima in float32. One row from the packed words as they are, four and
/// more from levels that were spread once.
final class VectorInt4 {
  private static final VectorSpecies<Short> I16 = VectorSpecies.of(short.class, PackedLanes.SHAPE);

  private VectorInt4() {}

  /// As [PackedKernels#quantise].
  static void quantise(float[] x, int at, int blocks, int[] pairs, float[] scales) {
    for (int b = 0; b < blocks; b++) {
      int first = at + b * BLOCK;
      FloatVector most = FloatVector.zero(Lanes.F32);
      for (int i = first; i < first + BLOCK; i += LANES) {
        most = most.max(FloatVector.fromArray(Lanes.F32, x, i).abs());
      }
      float scale = most.reduceLanes(VectorOperators.MAX) / 127;
      levels(x, first, scale == 0 ? 0 : 1 / scale, pairs);
      scales[first / 16] = scale;
      scales[first / 16 + 1] = scale * sum(pairs, first / 2);
    }
  }

  private static void levels(float[] x, int first, float inverse, int[] pairs) {
    int none = Float.floatToRawIntBits(Partial.ROUND);
    for (int i = first; i < first + BLOCK; i += 2) {
      int even = Float.floatToRawIntBits(x[i] * inverse + Partial.ROUND) - none;
      int odd = Float.floatToRawIntBits(x[i + 1] * inverse + Partial.ROUND) - none;
      pairs[i >> 1] = (even & 0xFFFF) | (odd << 16);
    }
  }

  private static int sum(int[] pairs, int first) {
    int sum = 0;
    for (int i = first; i < first + BLOCK / 2; i++) {
      sum += (short) pairs[i] + (pairs[i] >> 16);
    }
    return sum;
  }

  /// As [PackedKernels#int4].
  static void panel(
      PackedWeight weight,
      int panel,
      Activations x,
      int from,
      int to,
      int[] words,
      float[] scales,
      float[] y) {
    MemorySegment data = weight.data();
    long at = weight.levelsAt(panel);
    long scalesAt = weight.scalesAt(panel);
    int blocks = weight.blocks();
    int alone = from + (to - from) / TOGETHER * TOGETHER;
    if (alone > from) {
      scales(data, scalesAt, blocks, scales);
      spread(data, at, blocks, words);
      int sums = blocks * BLOCK * LANES;
      for (int q = from; q < alone; q += TOGETHER) {
        fourRows(x.pairQuads(), x.at(q) / 2, words, blocks, sums);
        for (int i = 0; i < TOGETHER; i += 2) {
          int of = sums + 2 * LANES * i;
          int s0 = x.at(q + i) / 16;
          int s1 = x.at(q + i + 1) / 16;
          scaledPair(words, of, blocks, scales, x.scales(), s0, s1, y, (q - from + i) * PANEL);
        }
      }
    }
    for (int r = alone; r < to; r++) {
      oneRow(x.pairs(), x.at(r) / 2, data, at, blocks, words);
      scaled(data, scalesAt, blocks, words, x.scales(), x.at(r) / 16, y, (r - from) * PANEL);
    }
  }

  /// Of each block the scales of a panel, then its minima.
  private static void scales(MemorySegment data, long at, int blocks, float[] scratch) {
    for (int b = 0; b < blocks; b++, at += 2 * LINE) {
      int to = 2 * b * PANEL;
      IntVector d = words(data, at);
      low(d).mul(0x1p112f).intoArray(scratch, to);
      high(d).mul(0x1p112f).intoArray(scratch, to + LANES);
      IntVector m = words(data, at + LINE);
      low(m).mul(0x1p112f).intoArray(scratch, to + PANEL);
      high(m).mul(0x1p112f).intoArray(scratch, to + PANEL + LANES);
    }
  }

  /// The levels of a panel in halves of words, a word for two inputs: both vectors for each pair.
  /// Beginning and middle of the panel go on together, as in [VectorInt8].
  private static void spread(MemorySegment data, long at, int blocks, int[] words) {
    IntVector lowest = IntVector.broadcast(I32, 0x000F000F);
    int middle = blocks * BLOCK / 8;
    for (int j = 0; j < middle; j++) {
      IntVector u = words(data, at + LINE * j);
      IntVector w = words(data, at + LINE * (j + middle));
      int i = (j / 2 * 8 + j % 2) * LANES;
      u.and(lowest).intoArray(words, i);
      u.lanewise(LSHR, 4).and(lowest).intoArray(words, i + 2 * LANES);
      u.lanewise(LSHR, 8).and(lowest).intoArray(words, i + 4 * LANES);
      u.lanewise(LSHR, 12).and(lowest).intoArray(words, i + 6 * LANES);
      i += middle / 2 * 8 * LANES;
      w.and(lowest).intoArray(words, i);
      w.lanewise(LSHR, 4).and(lowest).intoArray(words, i + 2 * LANES);
      w.lanewise(LSHR, 8).and(lowest).intoArray(words, i + 4 * LANES);
      w.lanewise(LSHR, 12).and(lowest).intoArray(words, i + 6 * LANES);
    }
  }

  private static ShortVector both(int[] pairs, int i) {
    return IntVector.broadcast(I32, pairs[i]).reinterpretAsShorts();
  }

  private static ShortVector levels(int[] words, int i) {
    return IntVector.fromArray(I32, words, i).reinterpretAsShorts();
  }

  /// Sums of blocks for four rows and two vectors of outputs, from levels in halves of words.
  private static void fourRows(int[] x, int xAt, int[] words, int blocks, int to) {
    for (int b = 0; b < blocks; b++, to += 8 * LANES) {
      ShortVector a0 = ShortVector.zero(I16);
      ShortVector a1 = a0;
      ShortVector a2 = a0;
      ShortVector a3 = a0;
      ShortVector b0 = a0;
      ShortVector b1 = a0;
      ShortVector b2 = a0;
      ShortVector b3 = a0;
      for (int j = 0; j < BLOCK / 2; j++) {
        int i = xAt + 4 * (b * (BLOCK / 2) + j);
        int k = 2 * LANES * (b * (BLOCK / 2) + j);
        ShortVector u = levels(words, k);
        ShortVector w = levels(words, k + LANES);
        ShortVector v = both(x, i);
        a0 = u.mul(v).add(a0);
        b0 = w.mul(v).add(b0);
        v = both(x, i + 1);
        a1 = u.mul(v).add(a1);
        b1 = w.mul(v).add(b1);
        v = both(x, i + 2);
        a2 = u.mul(v).add(a2);
        b2 = w.mul(v).add(b2);
        v = both(x, i + 3);
        a3 = u.mul(v).add(a3);
        b3 = w.mul(v).add(b3);
      }
      a0.reinterpretAsInts().intoArray(words, to);
      b0.reinterpretAsInts().intoArray(words, to + LANES);
      a1.reinterpretAsInts().intoArray(words, to + 2 * LANES);
      b1.reinterpretAsInts().intoArray(words, to + 3 * LANES);
      a2.reinterpretAsInts().intoArray(words, to + 4 * LANES);
      b2.reinterpretAsInts().intoArray(words, to + 5 * LANES);
      a3.reinterpretAsInts().intoArray(words, to + 6 * LANES);
      b3.reinterpretAsInts().intoArray(words, to + 7 * LANES);
    }
  }

  /// The outputs of two rows from what [#fourRows] left, as [#scaled] has them.
  private static void scaledPair(
      int[] words,
      int from,
      int blocks,
      float[] scales,
      float[] xScales,
      int s0,
      int s1,
      float[] y,
      int to) {
    FloatVector a0 = FloatVector.zero(Lanes.F32);
    FloatVector b0 = a0;
    FloatVector c0 = a0;
    FloatVector d0 = a0;
    FloatVector a1 = a0;
    FloatVector b1 = a0;
    FloatVector c1 = a0;
    FloatVector d1 = a0;
    for (int j = 0; j < blocks; j++) {
      int i = from + j * 8 * LANES;
      int at = 2 * j * PANEL;
      FloatVector u = FloatVector.fromArray(Lanes.F32, scales, at);
      FloatVector w = FloatVector.fromArray(Lanes.F32, scales, at + LANES);
      FloatVector scale = all(xScales, s0 + 2 * j);
      a0 = halves(words, i).fma(u.mul(scale), a0);
      b0 = halves(words, i + LANES).fma(w.mul(scale), b0);
      scale = all(xScales, s1 + 2 * j);
      a1 = halves(words, i + 2 * LANES).fma(u.mul(scale), a1);
      b1 = halves(words, i + 3 * LANES).fma(w.mul(scale), b1);
      u = FloatVector.fromArray(Lanes.F32, scales, at + PANEL);
      w = FloatVector.fromArray(Lanes.F32, scales, at + PANEL + LANES);
      FloatVector sum = all(xScales, s0 + 2 * j + 1);
      c0 = u.fma(sum, c0);
      d0 = w.fma(sum, d0);
      sum = all(xScales, s1 + 2 * j + 1);
      c1 = u.fma(sum, c1);
      d1 = w.fma(sum, d1);
    }
    a0.add(c0).intoArray(y, to);
    b0.add(d0).intoArray(y, to + LANES);
    a1.add(c1).intoArray(y, to + PANEL);
    b1.add(d1).intoArray(y, to + PANEL + LANES);
  }

  /// Sums of blocks for one row and two vectors of outputs: in the low half of a word those of even
  /// inputs, in the high half of odd ones. 16 products of 15 and 127 fit into a half.
  private static void oneRow(
      int[] x, int xAt, MemorySegment data, long at, int blocks, int[] partial) {
    IntVector lowest = IntVector.broadcast(I32, 0x000F000F);
    for (int b = 0; b < blocks; b++, at += BLOCK / 4 * LINE) {
      ShortVector sum0 = ShortVector.zero(I16);
      ShortVector sum1 = sum0;
      for (int j = 0; j < BLOCK / 8; j++) {
        int i = xAt + b * (BLOCK / 2) + 4 * j;
        IntVector w0 = words(data, at + 2 * LINE * j);
        IntVector w1 = words(data, at + 2 * LINE * j + LINE);
        ShortVector v = both(x, i);
        sum0 = w0.and(lowest).reinterpretAsShorts().mul(v).add(sum0);
        sum1 = w1.and(lowest).reinterpretAsShorts().mul(v).add(sum1);
        v = both(x, i + 1);
        sum0 = w0.lanewise(LSHR, 4).and(lowest).reinterpretAsShorts().mul(v).add(sum0);
        sum1 = w1.lanewise(LSHR, 4).and(lowest).reinterpretAsShorts().mul(v).add(sum1);
        v = both(x, i + 2);
        sum0 = w0.lanewise(LSHR, 8).and(lowest).reinterpretAsShorts().mul(v).add(sum0);
        sum1 = w1.lanewise(LSHR, 8).and(lowest).reinterpretAsShorts().mul(v).add(sum1);
        v = both(x, i + 3);
        sum0 = w0.lanewise(LSHR, 12).and(lowest).reinterpretAsShorts().mul(v).add(sum0);
        sum1 = w1.lanewise(LSHR, 12).and(lowest).reinterpretAsShorts().mul(v).add(sum1);
      }
      sum0.reinterpretAsInts().intoArray(partial, b * PANEL);
      sum1.reinterpretAsInts().intoArray(partial, b * PANEL + LANES);
    }
  }

  /// The outputs of one row from what [#oneRow] left.
  private static void scaled(
      MemorySegment data,
      long at,
      int blocks,
      int[] partial,
      float[] scales,
      int s,
      float[] y,
      int to) {
    FloatVector sum0 = FloatVector.zero(Lanes.F32);
    FloatVector sum1 = sum0;
    FloatVector least0 = sum0;
    FloatVector least1 = sum0;
    for (int b = 0; b < blocks; b++, at += 2 * LINE, s += 2) {
      IntVector d = words(data, at);
      FloatVector scale = all(scales, s);
      sum0 = halves(partial, b * PANEL).fma(low(d).mul(0x1p112f).mul(scale), sum0);
      sum1 = halves(partial, b * PANEL + LANES).fma(high(d).mul(0x1p112f).mul(scale), sum1);
      IntVector m = words(data, at + LINE);
      FloatVector sum = all(scales, s + 1);
      least0 = low(m).mul(0x1p112f).fma(sum, least0);
      least1 = high(m).mul(0x1p112f).fma(sum, least1);
    }
    sum0.add(least0).intoArray(y, to);
    sum1.add(least1).intoArray(y, to + LANES);
  }

  /// Both halves of each word together.
  private static FloatVector halves(int[] partial, int from) {
    IntVector v = IntVector.fromArray(I32, partial, from);
    return floats(v.lanewise(ASHR, 16).add(v.lanewise(LSHL, 16).lanewise(ASHR, 16)));
  }
}
