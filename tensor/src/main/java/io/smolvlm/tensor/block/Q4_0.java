package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// 32 numbers: a float16 scale d, then 4 bits q each; x = d (q - 8).
public final class Q4_0 implements BlockFormat {
  private static final int ELEMENTS = Nibbles.ELEMENTS;
  private static final int BYTES = 18;
  private static final int QUANTS = 2;
  private static final int MAX_LEVEL = 15;

  /// The level that stands for 0.
  private static final int ZERO = 8;

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
      for (int i = 0; i < Nibbles.HALF; i++) {
        int pair = Le.ubyte(from, at + QUANTS + i);
        int low = pair & 0x0F;
        int high = pair >> 4;
        to.set(Le.OUT, out + 4L * i, scale * (low - ZERO));
        to.set(Le.OUT, out + 4L * (i + Nibbles.HALF), scale * (high - ZERO));
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
      float scale = Nibbles.extreme(numbers) / -ZERO;
      float inverse = Nibbles.inverse(scale);
      for (int i = 0; i < ELEMENTS; i++) {
        levels[i] = Nibbles.level(numbers[i] * inverse + (ZERO + 0.5f), MAX_LEVEL);
      }
      Le.putHalf(to, at, scale);
      Nibbles.pack(levels, to, at + QUANTS);
    }
  }
}
