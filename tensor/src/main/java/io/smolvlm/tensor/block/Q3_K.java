package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// 256 numbers in 16 groups of 16: the third bits (inverted: 0 subtracts 4), the lower 2 bits q a
/// number, 16 scales of 6 bits, a float16 factor d; x = d (scale - 32) q.
public final class Q3_K implements BlockFormat {
  private static final int ELEMENTS = 256;
  private static final int BYTES = 110;
  private static final int GROUP = 16;
  private static final int QUANTS = 32;
  private static final int SCALES = 96;
  private static final int SCALE = 108;

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
    for (int group = 0; group < ELEMENTS / GROUP; group++) {
      float scale = d * (groupScale(from, at + SCALES, group) - 32);
      int half = GROUP * (group % 2);
      long quants = at + QUANTS + 32L * (group / 8) + half;
      int shift = 2 * (group / 2 % 4);
      for (int i = 0; i < GROUP; i++) {
        int low = (Le.ubyte(from, quants + i) >> shift) & 3;
        int third = (Le.ubyte(from, at + half + i) >> (group / 2)) & 1;
        to.set(Le.OUT, out + 4L * (GROUP * group + i), scale * (low - 4 * (third ^ 1)));
      }
    }
  }

  /// Four low bits in the nibbles of bytes 0 to 7, two high bits in bytes 8 to 11.
  private static int groupScale(MemorySegment from, long at, int group) {
    int low = (Le.ubyte(from, at + group % 8) >> (4 * (group / 8))) & 0x0F;
    int high = (Le.ubyte(from, at + 8 + group % 4) >> (2 * (group / 4))) & 3;
    return low | (high << 4);
  }
}
