package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// The 12 bytes of Q4_K and Q5_K that hold eight scales and eight minima of 6 bits: the first four
/// of each in the low six bits of bytes 0 to 7, the others in the nibbles of bytes 8 to 11, their
/// top two bits on top of bytes 0 to 7.
final class KScales {
  private KScales() {}

  static int scale(MemorySegment from, long at, int group) {
    return group < 4
        ? Le.ubyte(from, at + group) & 0x3F
        : (Le.ubyte(from, at + group + 4) & 0x0F) | ((Le.ubyte(from, at + group - 4) >> 6) << 4);
  }

  static int min(MemorySegment from, long at, int group) {
    return group < 4
        ? Le.ubyte(from, at + group + 4) & 0x3F
        : (Le.ubyte(from, at + group + 4) >> 4) | ((Le.ubyte(from, at + group) >> 6) << 4);
  }
}
