package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The upper half of a float32. Encoding rounds to nearest, ties to even, and keeps NaN quiet.
public final class Bf16 implements BlockFormat {
  private static final int MAGNITUDE = 0x7FFF_FFFF;
  private static final int INFINITY = 0x7F80_0000;
  private static final int QUIET = 0x0040_0000;

  @Override
  public int elements() {
    return 1;
  }

  @Override
  public int bytes() {
    return Short.BYTES;
  }

  // Moved as integers: a signalling NaN would not survive a float register everywhere.
  @Override
  public void decode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks) {
    for (int i = 0; i < blocks; i++) {
      to.set(
          ValueLayout.JAVA_INT_UNALIGNED, toAt + 4L * i, from.get(Le.SHORT, fromAt + 2L * i) << 16);
    }
  }

  @Override
  public boolean encodes() {
    return true;
  }

  @Override
  public void encode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks) {
    for (int i = 0; i < blocks; i++) {
      int bits = from.get(ValueLayout.JAVA_INT_UNALIGNED, fromAt + 4L * i);
      to.set(Le.SHORT, toAt + 2L * i, (short) (round(bits) >>> 16));
    }
  }

  private static int round(int bits) {
    if ((bits & MAGNITUDE) > INFINITY) {
      return (bits & 0xFFFF_0000) | QUIET;
    }
    return bits + 0x7FFF + ((bits >>> 16) & 1);
  }
}
