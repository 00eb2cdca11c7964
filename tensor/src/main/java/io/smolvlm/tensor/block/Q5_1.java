package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// 32 numbers: float16 scale d and minimum m, the fifth bits, then the lower 4 bits of q each; x =
/// d q + m.
public final class Q5_1 implements BlockFormat {
  private static final int ELEMENTS = Nibbles.ELEMENTS;
  private static final int BYTES = 24;
  private static final int FIFTH_BITS = 4;
  private static final int QUANTS = 8;
  private static final int MAX_LEVEL = 31;

  @Override
  public int elements() {
    return ELEMENTS;
  }

  @Override
  public int bytes() {
    return BYTES;
  }

  @Override
  public void decode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks) {
    for (int block = 0; block < blocks; block++) {
      long at = fromAt + (long) BYTES * block;
      long out = toAt + 4L * ELEMENTS * block;
      float scale = Le.half(from, at);
      float min = Le.half(from, at + 2);
      int fifth = from.get(Le.INT, at + FIFTH_BITS);
      for (int i = 0; i < Nibbles.HALF; i++) {
        int pair = Le.ubyte(from, at + QUANTS + i);
        int low = (pair & 0x0F) | (((fifth >>> i) & 1) << 4);
        int high = (pair >> 4) | (((fifth >>> (i + Nibbles.HALF)) & 1) << 4);
        to.set(Le.OUT, out + 4L * i, scale * low + min);
        to.set(Le.OUT, out + 4L * (i + Nibbles.HALF), scale * high + min);
      }
    }
  }

  @Override
  public boolean encodes() {
    return true;
  }

  @Override
  public void encode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks) {
    float[] numbers = new float[ELEMENTS];
    int[] levels = new int[ELEMENTS];
    for (int block = 0; block < blocks; block++) {
      long at = toAt + (long) BYTES * block;
      Nibbles.load(from, fromAt + 4L * ELEMENTS * block, numbers);
      float min = Nibbles.min(numbers);
      float scale = (Nibbles.max(numbers) - min) / MAX_LEVEL;
      float inverse = Nibbles.inverse(scale);
      for (int i = 0; i < ELEMENTS; i++) {
        levels[i] = Nibbles.level((numbers[i] - min) * inverse + 0.5f, MAX_LEVEL);
      }
      Le.putHalf(to, at, scale);
      Le.putHalf(to, at + 2, min);
      to.set(Le.INT, at + FIFTH_BITS, Nibbles.fifthBits(levels));
      Nibbles.pack(levels, to, at + QUANTS);
    }
  }
}
