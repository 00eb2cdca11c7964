package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// 256 numbers in 16 groups of 16: the lower 4 bits, then the upper 2 bits of q, 16 signed scales,
/// a float16 factor d; x = (d scale) (q - 32).
public final class Q6_K implements BlockFormat {
  private static final int ELEMENTS = 256;
  private static final int BYTES = 210;
  private static final int GROUP = 16;
  private static final int UPPER_BITS = 128;
  private static final int SCALES = 192;
  private static final int SCALE = 208;

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
      float scale = d * Le.sbyte(from, at + SCALES + group);
      // Each half of the block: 64 bytes of nibbles (low halves first), 32 bytes of bit pairs.
      int half = group / 8;
      long lower = at + 64L * half + (long) GROUP * (group % 4);
      int lowerShift = 4 * (group / 4 % 2);
      long upper = at + UPPER_BITS + 32L * half + (long) GROUP * (group % 2);
      int upperShift = 2 * (group / 2 % 4);
      for (int i = 0; i < GROUP; i++) {
        int low = (Le.ubyte(from, lower + i) >> lowerShift) & 0x0F;
        int high = (Le.ubyte(from, upper + i) >> upperShift) & 3;
        to.set(Le.OUT, out + 4L * (GROUP * group + i), scale * ((low | (high << 4)) - 32));
      }
    }
  }
}
