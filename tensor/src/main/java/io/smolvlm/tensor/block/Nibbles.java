package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// What the formats of 32 numbers share: two numbers a byte (number i in the low half of byte i,
/// number i + 16 in its high half), a row of 32 extra bits, the range of a block.
final class Nibbles {
  static final int ELEMENTS = 32;
  static final int HALF = ELEMENTS / 2;

  private Nibbles() {}

  /// Reads a block's 32 float32 numbers.
  static float[] load(MemorySegment from, long at, float[] block) {
    MemorySegment.copy(from, Le.OUT, at, block, 0, ELEMENTS);
    return block;
  }

  /// The number of largest magnitude, with its sign; the first of equals.
  static float extreme(float[] block) {
    float extreme = block[0];
    for (int i = 1; i < ELEMENTS; i++) {
      if (Math.abs(block[i]) > Math.abs(extreme)) {
        extreme = block[i];
      }
    }
    return extreme;
  }

  static float min(float[] block) {
    float min = block[0];
    for (int i = 1; i < ELEMENTS; i++) {
      min = Math.min(min, block[i]);
    }
    return min;
  }

  static float max(float[] block) {
    float max = block[0];
    for (int i = 1; i < ELEMENTS; i++) {
      max = Math.max(max, block[i]);
    }
    return max;
  }

  /// The factor that undoes a scale; 0 for the scale 0.
  static float inverse(float scale) {
    return scale == 0 ? 0 : 1 / scale;
  }

  /// Cuts towards zero and limits to `0..most`.
  static int level(float value, int most) {
    return Math.clamp((int) value, 0, most);
  }

  /// Stores the lower four bits of 32 levels.
  static void pack(int[] levels, MemorySegment to, long at) {
    for (int i = 0; i < HALF; i++) {
      Le.putByte(to, at + i, (levels[i] & 0x0F) | ((levels[i + HALF] & 0x0F) << 4));
    }
  }

  /// Bit 4 of 32 levels as one word, level i at bit i.
  static int fifthBits(int[] levels) {
    int bits = 0;
    for (int i = 0; i < ELEMENTS; i++) {
      bits |= ((levels[i] >> 4) & 1) << i;
    }
    return bits;
  }
}
