package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// IEEE 754 double precision; rounded to float32 (to nearest, ties to even) when decoded.
public final class F64 implements BlockFormat {
  @Override
  public int elements() {
    return 1;
  }

  @Override
  public int bytes() {
    return Double.BYTES;
  }

  @Override
  public void decode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks) {
    for (int i = 0; i < blocks; i++) {
      to.set(Le.OUT, toAt + 4L * i, (float) from.get(Le.DOUBLE, fromAt + 8L * i));
    }
  }
}
