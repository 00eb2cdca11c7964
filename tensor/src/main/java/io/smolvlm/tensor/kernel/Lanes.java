package io.smolvlm.tensor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The vector width, and what is built from single vector operations.
///
/// The width is the machine's preferred one; `-Dsmolvlm.vector.bits=128|256|512` forces another, so
/// that any machine can test all three.
final class Lanes {
  static final VectorSpecies<Float> F32 = species();
  static final int COUNT = F32.length();

  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  // exp: range reduction by ln 2 in two parts and the minimax polynomial of the Cephes library's
  // expf.
  private static final float LOG2_E = 1.442695f;
  private static final float ROUND = 0x1.8p23f; // adding and subtracting it rounds to an integer
  private static final float LN2_HIGH = 0x1.63p-1f; // few bits, so that n * LN2_HIGH is exact
  private static final float LN2_LOW = -0.00021219444f;
  private static final float LOWEST = -87f;
  private static final float HIGHEST = 88f;

  private Lanes() {}

  private static VectorSpecies<Float> species() {
    return switch (Integer.getInteger("smolvlm.vector.bits", 0)) {
      case 128 -> FloatVector.SPECIES_128;
      case 256 -> FloatVector.SPECIES_256;
      case 512 -> FloatVector.SPECIES_512;
      default -> FloatVector.SPECIES_PREFERRED;
    };
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
    FloatVector clamped = x.max(LOWEST).min(HIGHEST);
    FloatVector shifted = clamped.mul(LOG2_E).add(ROUND);
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = n.fma(broadcast(-LN2_HIGH), clamped);
    r = n.fma(broadcast(-LN2_LOW), r);
    FloatVector p = r.fma(broadcast(0.00019875691f), broadcast(0.0013981999f));
    p = p.fma(r, broadcast(0.008333452f));
    p = p.fma(r, broadcast(0.041665796f));
    p = p.fma(r, broadcast(0.16666666f));
    p = p.fma(r, broadcast(0.5f));
    p = p.fma(r.mul(r), r.add(1f));
    // The low bits of `shifted` hold n: moved into the exponent they multiply by 2^n.
    var exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    FloatVector scaled = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    return scaled.blend(0f, x.lt(LOWEST));
  }

  /// As [#exp(FloatVector)] for one number, in the same arithmetic.
  static float exp(float x) {
    if (x < LOWEST) {
      return 0;
    }
    float clamped = Math.min(Math.max(x, LOWEST), HIGHEST);
    float shifted = clamped * LOG2_E + ROUND;
    float n = shifted - ROUND;
    float r = Math.fma(n, -LN2_HIGH, clamped);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(r, 0.00019875691f, 0.0013981999f);
    p = Math.fma(p, r, 0.008333452f);
    p = Math.fma(p, r, 0.041665796f);
    p = Math.fma(p, r, 0.16666666f);
    p = Math.fma(p, r, 0.5f);
    p = Math.fma(p, r * r, r + 1f);
    return Float.intBitsToFloat(
        Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(shifted) << 23));
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(F32, value);
  }
}
