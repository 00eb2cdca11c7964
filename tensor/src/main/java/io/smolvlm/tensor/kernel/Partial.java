package io.smolvlm.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/// What scalar and vector kernels have in common: how many partial sums a sum is made of, and the
/// exponential function.
///
/// Knows nothing of the Vector API, so that the scalar kernels also run where its module was not
/// added: the JVM starts 0.2 s faster without an incubator module.
final class Partial {
  /// Partial sums: the lanes of the machine's preferred vector; `-Dsmolvlm.vector.bits=128|256|512`
  /// says another width. Without the module it cannot be asked for, and 256 is the default.
  static final int COUNT = count();

  // exp: range reduction by ln 2 in two parts and the minimax polynomial of the Cephes library's
  // expf.
  static final float LOG2_E = 1.442695f;
  static final float ROUND = 0x1.8p23f; // adding and subtracting it rounds to an integer
  static final float LN2_HIGH = 0x1.63p-1f; // few bits, so that n * LN2_HIGH is exact
  static final float LN2_LOW = -0.00021219444f;
  static final float LOWEST = -87f;
  static final float HIGHEST = 88f;

  private static final ValueLayout.OfShort BF16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Partial() {}

  /// Whether the JVM was started with the module of the Vector API.
  static boolean vectorsPresent() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  private static int count() {
    int bits = Integer.getInteger("smolvlm.vector.bits", 0);
    return switch (bits) {
      case 128, 256, 512 -> bits / Float.SIZE;
      default -> vectorsPresent() ? FloatVector.SPECIES_PREFERRED.length() : 256 / Float.SIZE;
    };
  }

  /// As [Lanes#sum] for the lanes `partial[from .. from + COUNT)`, in the same order; they are
  /// overwritten.
  static float sum(float[] partial, int from) {
    for (int half = COUNT / 2; half > 0; half /= 2) {
      for (int lane = from; lane < from + half; lane++) {
        partial[lane] += partial[lane + half];
      }
    }
    return partial[from];
  }

  /// As [Lanes#fromBf16] for the number at byte `at`.
  static float bf16(MemorySegment s, long at) {
    return Float.intBitsToFloat(s.get(BF16, at) << 16);
  }

  /// As [Lanes#exp] for one number, in the same arithmetic.
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
}
