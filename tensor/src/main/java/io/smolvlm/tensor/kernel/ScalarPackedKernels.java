package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.ops.PackedWeight;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The kernels over packed weights as plain loops: the specification of [VectorPackedKernels], to
/// the bit.
final class ScalarPackedKernels implements PackedKernels {
  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int PANEL = Packer.PANEL;
  private static final int BLOCK = PackedWeight.BLOCK;

  @Override
  public void quantise(float[] x, int at, int blocks, int[] pairs, float[] scales) {
    for (int b = 0; b < blocks; b++) {
      int first = at + b * BLOCK;
      float largest = 0;
      for (int i = first; i < first + BLOCK; i++) {
        largest = Math.max(largest, Math.abs(x[i]));
      }
      float scale = largest / 127;
      float inverse = scale == 0 ? 0 : 1 / scale;
      int sum = 0;
      for (int i = first; i < first + BLOCK; i += 2) {
        int even = level(x[i], inverse);
        int odd = level(x[i + 1], inverse);
        sum += even + odd;
        pairs[i / 2] = (even & 0xFFFF) | (odd << 16);
      }
      scales[first / 16] = scale;
      scales[first / 16 + 1] = scale * sum;
    }
  }

  /// The nearest integer: adding this constant leaves it in the lowest bits.
  private static int level(float x, float inverse) {
    return Float.floatToRawIntBits(x * inverse + Partial.ROUND)
        - Float.floatToRawIntBits(Partial.ROUND);
  }

  @Override
  public void lessNext(float[] x, int at, int count, float[] y) {
    for (int i = at; i < at + count; i++) {
      y[i] = i % 4 == 3 ? x[i] : x[i] - x[i + 1] * 0x1p-8f;
    }
  }

  @Override
  public void int8(
      PackedWeight weight, int panel, Activations x, int from, int to, float[] scratch, float[] y) {
    for (int r = from; r < to; r++) {
      for (int o = 0; o < PANEL; o++) {
        y[(r - from) * PANEL + o] = row8(weight, panel, o, x.less(), x.at(r));
      }
    }
  }

  /// The even and the odd inputs are added up apart, then together.
  private static float row8(PackedWeight weight, int panel, int o, float[] x, int first) {
    long at = weight.levelsAt(panel);
    float even = 0;
    float odd = 0;
    for (int j = 0; j < weight.blocks() * BLOCK / 4; j++) {
      int word = weight.data().get(WORD, at + weight.word(j, o));
      float scale = half(weight, panel, j / (BLOCK / 4), 0, o) * 0x1p-24f;
      int i = first + 4 * j;
      even = Math.fma((word << 24) * scale, x[i], even);
      odd = Math.fma((word << 16) * scale, x[i + 1], odd);
      even = Math.fma((word << 8) * scale, x[i + 2], even);
      odd = Math.fma(word * scale, x[i + 3], odd);
    }
    return even + odd;
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
    for (int r = from; r < to; r++) {
      for (int o = 0; o < PANEL; o++) {
        float sum = 0;
        float least = 0;
        for (int b = 0; b < weight.blocks(); b++) {
          int first = x.at(r) + b * BLOCK;
          int dot = block4(weight, panel, b, o, x.pairs(), first / 2);
          float[] s = x.scales();
          sum = Math.fma(dot, half(weight, panel, b, 0, o) * s[first / 16], sum);
          least = Math.fma(half(weight, panel, b, 1, o), s[first / 16 + 1], least);
        }
        y[(r - from) * PANEL + o] = sum + least;
      }
    }
  }

  private static int block4(
      PackedWeight weight, int panel, int block, int o, int[] pairs, int first) {
    long at = weight.levelsAt(panel) + (long) block * weight.levelBytes();
    int dot = 0;
    for (int j = 0; j < BLOCK / 8; j++) {
      int word = weight.data().get(WORD, at + weight.word(j, o));
      for (int s = 0; s < 4; s++) {
        int pair = pairs[first + 4 * j + s];
        dot += ((word >>> (4 * s)) & 15) * (short) pair;
        dot += ((word >>> (16 + 4 * s)) & 15) * (pair >> 16);
      }
    }
    return dot;
  }

  /// A float16 of output `o` of a block: its scale or, as the second, its minimum.
  private static float half(PackedWeight weight, int panel, int block, int which, int o) {
    long at = weight.scalesAt(panel) + (long) block * weight.scaleBytes();
    return Float.float16ToFloat(weight.data().get(HALF, at + weight.factor(which, o)));
  }
}
