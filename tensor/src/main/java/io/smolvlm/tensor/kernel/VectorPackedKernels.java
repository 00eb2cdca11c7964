package io.smolvlm.tensor.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.smolvlm.tensor.ops.PackedWeight;
import io.smolvlm.tensor.ops.PackedWeight.Format;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The kernels over packed weights with the Vector API; lanes are outputs.
///
/// C2 inlines so much and no more into a method (`NodeCountInliningCutoff`), and one operation that
/// is not inlined costs an object a call. So methods hold two vectors of outputs and not the whole
/// panel, 4-bit kernels are two loops, one for sums of blocks and one for scales, the loop over
/// four rows takes two inputs a turn and not four, and no method takes or gives a vector but those
/// of a few bytecodes.
///
/// Loops run over a whole row: what C2 puts before a loop to prove that indices are in range is
/// worth a dozen of its turns (docs/log.md, "machine code of the 8-bit kernel").
final class VectorPackedKernels implements PackedKernels {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final int LANES = Lanes.COUNT;
  private static final VectorShape SHAPE = VectorShape.forBitSize(LANES * Float.SIZE);
  private static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Short> I16 = VectorSpecies.of(short.class, SHAPE);
  private static final int PANEL = PackedWeight.PANEL;
  private static final int BLOCK = PackedWeight.BLOCK;
  private static final int HALF_4 = Format.INT4.halfBytes();
  private static final VectorMask<Float> NOT_LAST =
      VectorMask.fromLong(Lanes.F32, 0x7777777777777777L);

  /// Rows for which weights are widened.
  private static final int TOGETHER = Activations.QUAD;

  private static IntVector words(MemorySegment data, long at) {
    return IntVector.fromMemorySegment(I32, data, at, ORDER);
  }

  private static FloatVector floats(IntVector v) {
    return (FloatVector) v.convertShape(VectorOperators.I2F, Lanes.F32, 0);
  }

  private static FloatVector all(float[] x, int i) {
    return FloatVector.broadcast(Lanes.F32, x[i]);
  }

  private static ShortVector all(int[] pairs, int i) {
    return IntVector.broadcast(I32, pairs[i]).reinterpretAsShorts();
  }

  /// float16 in the low halves, times 2^-112: its bits in the places of a float32.
  private static FloatVector low(IntVector v) {
    return v.lanewise(LSHL, 16).lanewise(ASHR, 3).and(0x8FFFFFFF).reinterpretAsFloats();
  }

  /// float16 in the high halves, times 2^-112.
  private static FloatVector high(IntVector v) {
    return v.lanewise(ASHR, 3).and(0x8FFFE000).reinterpretAsFloats();
  }

  @Override
  public void quantise(float[] x, int at, int blocks, int[] pairs, float[] scales) {
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

  @Override
  public void lessNext(float[] x, int at, int count, float[] y) {
    for (int i = at; i < at + count; i += LANES) {
      FloatVector next = FloatVector.fromArray(Lanes.F32, x, i + 1).mul(0x1p-8f);
      FloatVector.fromArray(Lanes.F32, x, i)
          .lanewise(VectorOperators.SUB, next, NOT_LAST)
          .intoArray(y, i);
    }
  }

  @Override
  public void int8(
      PackedWeight weight, int panel, Activations x, int from, int to, float[] scratch, float[] y) {
    MemorySegment data = weight.data();
    int width = weight.blocks() * BLOCK;
    scales8(data, weight.scalesAt(panel), weight.blocks(), scratch);
    int r = from + (to - from) / TOGETHER * TOGETHER;
    if (r > from) {
      Arrays.fill(y, 0, (r - from) * PANEL, 0f);
      for (int o = 0; o < PANEL; o += 2 * LANES) {
        long first = weight.levelsAt(panel, o);
        long second = weight.levelsAt(panel, o + LANES);
        widen8(data, first, second, width, scratch, o);
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
        oneRow8(x.less(), x.at(r), width, data, at, next, scratch, o, y, (r - from) * PANEL + o);
      }
    }
  }

  /// The scales of a panel, times 2^-24: those of outputs `o` and `o + 16` share a word.
  private static void scales8(MemorySegment data, long at, int blocks, float[] scales) {
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
  private static void oneRow8(
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

  /// The numbers of two vectors of outputs as [#oneRow8] makes them, into `scratch` behind the
  /// scales: both vectors for each input, those of even inputs first.
  private static void widen8(
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

  /// Of each block the scales of a panel, then its minima.
  private static void scales4(MemorySegment data, long at, int blocks, float[] scratch) {
    for (int b = 0; b < blocks; b++, at += Format.INT4.scaleBytes()) {
      for (int o = 0; o < PANEL / 2; o += LANES) {
        int to = 2 * b * PANEL + o;
        IntVector d = words(data, at + 4L * o);
        low(d).mul(0x1p112f).intoArray(scratch, to);
        high(d).mul(0x1p112f).intoArray(scratch, to + PANEL / 2);
        IntVector m = words(data, at + 4L * o + 64);
        low(m).mul(0x1p112f).intoArray(scratch, to + PANEL);
        high(m).mul(0x1p112f).intoArray(scratch, to + PANEL + PANEL / 2);
      }
    }
  }

  @Override
  public void int4(
      PackedWeight weight,
      int panel,
      Activations x,
      int from,
      int to,
      int[] words,
      float[] scales,
      float[] y) {
    MemorySegment data = weight.data();
    long scalesAt = weight.scalesAt(panel);
    int blocks = weight.blocks();
    int alone = from + (to - from) / TOGETHER * TOGETHER;
    if (alone > from) {
      scales4(data, scalesAt, blocks, scales);
      for (int o = 0; o < PANEL; o += 2 * LANES) {
        levels4(data, weight.levelsAt(panel, o), blocks, words, 0);
        levels4(data, weight.levelsAt(panel, o + LANES), blocks, words, LANES);
        int sums = blocks * BLOCK * LANES;
        for (int q = from; q < alone; q += TOGETHER) {
          int yAt = (q - from) * PANEL + o;
          fourRows4(x.pairQuads(), x.at(q) / 2, words, blocks, sums);
          for (int i = 0; i < TOGETHER; i++) {
            int of = sums + 2 * LANES * i;
            int s = x.at(q + i) / 16;
            scaledQuad4(words, of, blocks, scales, o, x.scales(), s, y, yAt + i * PANEL);
          }
        }
      }
    }
    for (int r = alone; r < to; r++) {
      for (int o = 0; o < PANEL; o += 2 * LANES) {
        long at = weight.levelsAt(panel, o);
        long next = weight.levelsAt(panel, o + LANES);
        oneRow4(x.pairs(), x.at(r) / 2, data, at, next, blocks, words, o);
      }
      scaled4(data, scalesAt, blocks, words, x, r, y, (r - from) * PANEL);
    }
  }

  /// The levels of one vector of outputs in halves of words, a word for two inputs.
  ///
  /// @param to where those of the first two inputs go
  private static void levels4(MemorySegment data, long at, int blocks, int[] words, int to) {
    IntVector lowest = IntVector.broadcast(I32, 0x000F000F);
    for (int j = 0; j < blocks * BLOCK / 8; j++) {
      IntVector w = words(data, at + (long) (j / (BLOCK / 8)) * HALF_4 + 64L * (j % (BLOCK / 8)));
      int i = to + 8 * j * LANES;
      w.and(lowest).intoArray(words, i);
      w.lanewise(LSHR, 4).and(lowest).intoArray(words, i + 2 * LANES);
      w.lanewise(LSHR, 8).and(lowest).intoArray(words, i + 4 * LANES);
      w.lanewise(LSHR, 12).and(lowest).intoArray(words, i + 6 * LANES);
    }
  }

  private static ShortVector levels(int[] words, int i) {
    return IntVector.fromArray(I32, words, i).reinterpretAsShorts();
  }

  /// Sums of blocks for four rows and two vectors of outputs, from levels in halves of words.
  private static void fourRows4(int[] x, int xAt, int[] words, int blocks, int to) {
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
        ShortVector v = all(x, i);
        a0 = u.mul(v).add(a0);
        b0 = w.mul(v).add(b0);
        v = all(x, i + 1);
        a1 = u.mul(v).add(a1);
        b1 = w.mul(v).add(b1);
        v = all(x, i + 2);
        a2 = u.mul(v).add(a2);
        b2 = w.mul(v).add(b2);
        v = all(x, i + 3);
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

  /// The outputs of a row from what [#fourRows4] left, as [#scaled4] has them.
  private static void scaledQuad4(
      int[] words,
      int from,
      int blocks,
      float[] scales,
      int o,
      float[] xScales,
      int s,
      float[] y,
      int to) {
    FloatVector a = FloatVector.zero(Lanes.F32);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int j = 0; j < blocks; j++) {
      int i = from + j * 8 * LANES;
      int at = 2 * j * PANEL + o;
      FloatVector scale = all(xScales, s + 2 * j);
      a = halves(words, i).fma(FloatVector.fromArray(Lanes.F32, scales, at).mul(scale), a);
      b =
          halves(words, i + LANES)
              .fma(FloatVector.fromArray(Lanes.F32, scales, at + LANES).mul(scale), b);
      FloatVector sum = all(xScales, s + 2 * j + 1);
      c = FloatVector.fromArray(Lanes.F32, scales, at + PANEL).fma(sum, c);
      d = FloatVector.fromArray(Lanes.F32, scales, at + PANEL + LANES).fma(sum, d);
    }
    a.add(c).intoArray(y, to);
    b.add(d).intoArray(y, to + LANES);
  }

  /// Sums of blocks for one row and two vectors of outputs: in the low half of a word those of even
  /// inputs, in the high half of odd ones. 16 products of 15 and 127 fit into a half.
  private static void oneRow4(
      int[] x, int xAt, MemorySegment data, long at, long next, int blocks, int[] partial, int to) {
    IntVector lowest = IntVector.broadcast(I32, 0x000F000F);
    for (int b = 0; b < blocks; b++, at += HALF_4, next += HALF_4, to += PANEL) {
      ShortVector sum0 = ShortVector.zero(I16);
      ShortVector sum1 = sum0;
      for (int j = 0; j < BLOCK / 8; j++) {
        int i = xAt + b * (BLOCK / 2) + 4 * j;
        IntVector w0 = words(data, at + 64L * j);
        IntVector w1 = words(data, next + 64L * j);
        ShortVector v = all(x, i);
        sum0 = w0.and(lowest).reinterpretAsShorts().mul(v).add(sum0);
        sum1 = w1.and(lowest).reinterpretAsShorts().mul(v).add(sum1);
        v = all(x, i + 1);
        sum0 = w0.lanewise(LSHR, 4).and(lowest).reinterpretAsShorts().mul(v).add(sum0);
        sum1 = w1.lanewise(LSHR, 4).and(lowest).reinterpretAsShorts().mul(v).add(sum1);
        v = all(x, i + 2);
        sum0 = w0.lanewise(LSHR, 8).and(lowest).reinterpretAsShorts().mul(v).add(sum0);
        sum1 = w1.lanewise(LSHR, 8).and(lowest).reinterpretAsShorts().mul(v).add(sum1);
        v = all(x, i + 3);
        sum0 = w0.lanewise(LSHR, 12).and(lowest).reinterpretAsShorts().mul(v).add(sum0);
        sum1 = w1.lanewise(LSHR, 12).and(lowest).reinterpretAsShorts().mul(v).add(sum1);
      }
      sum0.reinterpretAsInts().intoArray(partial, to);
      sum1.reinterpretAsInts().intoArray(partial, to + LANES);
    }
  }

  private static void scaled4(
      MemorySegment data,
      long at,
      int blocks,
      int[] partial,
      Activations x,
      int row,
      float[] y,
      int to) {
    for (int o = 0; o < PANEL / 2; o += LANES) {
      scaled4(data, at + 4L * o, blocks, partial, o, x.scales(), x.at(row) / 16, y, to + o);
    }
  }

  private static void scaled4(
      MemorySegment data,
      long at,
      int blocks,
      int[] partial,
      int from,
      float[] scales,
      int s,
      float[] y,
      int to) {
    FloatVector sum0 = FloatVector.zero(Lanes.F32);
    FloatVector sum1 = sum0;
    FloatVector least0 = sum0;
    FloatVector least1 = sum0;
    for (int b = 0; b < blocks; b++, at += Format.INT4.scaleBytes(), from += PANEL, s += 2) {
      IntVector d = words(data, at);
      FloatVector scale = all(scales, s);
      sum0 = halves(partial, from).fma(low(d).mul(0x1p112f).mul(scale), sum0);
      sum1 = halves(partial, from + PANEL / 2).fma(high(d).mul(0x1p112f).mul(scale), sum1);
      IntVector m = words(data, at + 64);
      FloatVector sum = all(scales, s + 1);
      least0 = low(m).mul(0x1p112f).fma(sum, least0);
      least1 = high(m).mul(0x1p112f).fma(sum, least1);
    }
    sum0.add(least0).intoArray(y, to);
    sum1.add(least1).intoArray(y, to + PANEL / 2);
  }

  /// Both halves of each word together.
  private static FloatVector halves(int[] partial, int from) {
    IntVector v = IntVector.fromArray(I32, partial, from);
    return floats(v.lanewise(ASHR, 16).add(v.lanewise(LSHL, 16).lanewise(ASHR, 16)));
  }
}
