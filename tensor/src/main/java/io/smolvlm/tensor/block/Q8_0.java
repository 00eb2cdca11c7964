package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// 32 numbers: a float16 scale d, then 32 signed bytes q; x = q d.
public final class Q8_0 implements BlockFormat {
  private static final int ELEMENTS = 32;
  private static final int BYTES = 34;
  private static final int QUANTS = 2;

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
      for (int i = 0; i < ELEMENTS; i++) {
        to.set(Le.OUT, out + 4L * i, Le.sbyte(from, at + QUANTS + i) * scale);
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
    for (int block = 0; block < blocks; block++) {
      long at = toAt + (long) BYTES * block;
      Nibbles.load(from, fromAt + 4L * ELEMENTS * block, numbers);
      float scale = Math.abs(Nibbles.extreme(numbers)) / 127;
      float inverse = Nibbles.inverse(scale);
      Le.putHalf(to, at, scale);
      for (int i = 0; i < ELEMENTS; i++) {
        Le.putByte(to, at + QUANTS + i, roundAway(numbers[i] * inverse));
      }
    }
  }

  /// To the nearest integer, halves away from zero, as C's roundf.
  private static int roundAway(float value) {
    float magnitude = Math.abs(value);
    int floor = (int) magnitude;
    int rounded = floor + (int) (2 * (magnitude - floor));
    return value < 0 ? -rounded : rounded;
  }
}
