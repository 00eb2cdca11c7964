package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// 256 numbers in 16 groups of 16: a byte a group with 4 bits of scale and 4 of minimum, 2 bits q a
/// number, float16 factors d and dmin of both; x = (d scale) q - dmin min.
public final class Q2_K implements BlockFormat {
  private static final int ELEMENTS = 256;
  private static final int BYTES = 84;
  private static final int GROUP = 16;
  private static final int QUANTS = 16;
  private static final int SCALE = 80;
  private static final int MIN = 82;

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
    float d = Le.half(from, at + SCALE);
    float dmin = Le.half(from, at + MIN);
    for (int group = 0; group < ELEMENTS / GROUP; group++) {
      int packed = Le.ubyte(from, at + group);
      float scale = d * (packed & 0x0F);
      float min = dmin * (packed >> 4);
      // 32 bytes hold 128 numbers, 32 of them at each pair of bits: eight groups.
      long quants = at + QUANTS + 32L * (group / 8) + (long) GROUP * (group % 2);
      int shift = 2 * (group / 2 % 4);
      for (int i = 0; i < GROUP; i++) {
        int q = (Le.ubyte(from, quants + i) >> shift) & 3;
        to.set(Le.OUT, out + 4L * (GROUP * group + i), scale * q - min);
      }
    }
  }
}
