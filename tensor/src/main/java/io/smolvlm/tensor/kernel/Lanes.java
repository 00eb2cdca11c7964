package io.smolvlm.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The vectors of the machine, of [Partial#COUNT] lanes, and what is built from single operations.
final class Lanes {
  static final VectorSpecies<Float> F32 = species();
  static final VectorSpecies<Short> BF16 = VectorSpecies.of(short.class, shape(Short.SIZE));
  static final int COUNT = Partial.COUNT;

  private static final VectorSpecies<Integer> I32 =
      VectorSpecies.of(int.class, shape(Integer.SIZE));

  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  private Lanes() {}

  private static VectorSpecies<Float> species() {
    return VectorSpecies.of(float.class, shape(Float.SIZE));
  }

  private static VectorShape shape(int bitsOfLane) {
    return VectorShape.forBitSize(Partial.COUNT * bitsOfLane);
  }

  /// As many floats as there are lanes, from byte `offset` on.
  static FloatVector load(MemorySegment s, long offset) {
    return FloatVector.fromMemorySegment(F32, s, offset, ByteOrder.nativeOrder());
  }

  /// The float at byte `offset`.
  static float at(MemorySegment s, long offset) {
    return s.get(ValueLayout.JAVA_FLOAT, offset);
  }

  /// Bfloat16 numbers: each is the upper half of a float.
  static FloatVector fromBf16(ShortVector v) {
    return ((IntVector) v.convertShape(VectorOperators.ZERO_EXTEND_S2I, I32, 0))
        .lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }

  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.fromOp(F32, i -> (i + by) % COUNT);
  }

  /// The sum of all lanes, always in the same order: `reduceLanes` adds in another order once
  /// compiled, which would make first answers differ from later ones in the last bit.
  static float sum(FloatVector v) {
    if (COUNT >= 16) {
      v = v.add(v.rearrange(BY_8));
    }
    if (COUNT >= 8) {
      v = v.add(v.rearrange(BY_4));
    }
    v = v.add(v.rearrange(BY_2));
    return v.add(v.rearrange(BY_1)).lane(0);
  }

  /// e to the power of each lane, relative error below 2e-7; exactly 0 below -87.
  static FloatVector exp(FloatVector x) {
    FloatVector clamped = x.max(Partial.LOWEST).min(Partial.HIGHEST);
    FloatVector shifted = clamped.mul(Partial.LOG2_E).add(Partial.ROUND);
    FloatVector n = shifted.sub(Partial.ROUND);
    FloatVector r = n.fma(broadcast(-Partial.LN2_HIGH), clamped);
    r = n.fma(broadcast(-Partial.LN2_LOW), r);
    FloatVector p = r.fma(broadcast(0.00019875691f), broadcast(0.0013981999f));
    p = p.fma(r, broadcast(0.008333452f));
    p = p.fma(r, broadcast(0.041665796f));
    p = p.fma(r, broadcast(0.16666666f));
    p = p.fma(r, broadcast(0.5f));
    p = p.fma(r.mul(r), r.add(1f));
    // The low bits of `shifted` hold n: moved into the exponent they multiply by 2^n.
    var exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    FloatVector scaled = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    return scaled.blend(0f, x.lt(Partial.LOWEST));
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(F32, value);
  }
}
