package io.smolvlm.tensor.block;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// Integers of at most 16 bits, each of which is a float32 exactly.
public enum Integers implements BlockFormat {
  I8(1),
  U8(1),
  I16(2),
  U16(2);

  private final int bytes;

  Integers(int bytes) {
    this.bytes = bytes;
  }

  @Override
  public int elements() {
    return 1;
  }

  @Override
  public int bytes() {
    return bytes;
  }

  @Override
  public void decode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks) {
    for (int i = 0; i < blocks; i++) {
      long at = fromAt + (long) bytes * i;
      float value =
          switch (this) {
            case I8 -> from.get(JAVA_BYTE, at);
            case U8 -> Le.ubyte(from, at);
            case I16 -> from.get(Le.SHORT, at);
            case U16 -> from.get(Le.SHORT, at) & 0xFFFF;
          };
      to.set(Le.OUT, toAt + 4L * i, value);
    }
  }
}
