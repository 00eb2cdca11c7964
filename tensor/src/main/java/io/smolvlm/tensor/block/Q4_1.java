package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// 32 numbers: float16 scale d and minimum m, then 4 bits q each; x = d q + m.
public final class Q4_1 implements BlockFormat {
  private static final int ELEMENTS = Nibbles.ELEMENTS;
  private static final int BYTES = 20;
  private static final int QUANTS = 4;
  private static final int MAX_LEVEL = 15;

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
      for (int i = 0; i < Nibbles.HALF; i++) {
        int pair = Le.ubyte(from, at + QUANTS + i);
        int low = pair & 0x0F;
        int high = pair >> 4;
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
      Nibbles.pack(levels, to, at + QUANTS);
    }
  }
}
