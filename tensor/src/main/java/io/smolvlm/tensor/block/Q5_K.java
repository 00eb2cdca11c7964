package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// 256 numbers in 8 groups of 32: float16 factors d and dmin, eight scales and minima of 6 bits,
/// the fifth bits, the lower 4 bits of q a number; x = (d scale) q - dmin min.
public final class Q5_K implements BlockFormat {
  private static final int ELEMENTS = 256;
  private static final int BYTES = 176;
  private static final int GROUP = 32;
  private static final int SCALES = 4;
  private static final int FIFTH_BITS = 16;
  private static final int QUANTS = 48;

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
      decodeBlock(from, fromAt + (long) BYTES * block, to, toAt + 4L * ELEMENTS * block);
    }
  }

  private static void decodeBlock(MemorySegment from, long at, MemorySegment to, long out) {
    float d = Le.half(from, at);
    float dmin = Le.half(from, at + 2);
    for (int group = 0; group < ELEMENTS / GROUP; group++) {
      float scale = d * KScales.scale(from, at + SCALES, group);
      float min = dmin * KScales.min(from, at + SCALES, group);
      long quants = at + QUANTS + (long) GROUP * (group / 2);
      int shift = 4 * (group % 2);
      for (int i = 0; i < GROUP; i++) {
        int low = (Le.ubyte(from, quants + i) >> shift) & 0x0F;
        int fifth = (Le.ubyte(from, at + FIFTH_BITS + i) >> group) & 1;
        to.set(Le.OUT, out + 4L * (GROUP * group + i), scale * (low | (fifth << 4)) - min);
      }
    }
  }
}
