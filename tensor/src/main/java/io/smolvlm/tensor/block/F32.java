package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// IEEE 754 single precision.
public final class F32 implements BlockFormat {
  @Override
  public int elements() {
    return 1;
  }

  @Override
  public int bytes() {
    return Float.BYTES;
  }

  @Override
  public void decode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks) {
    MemorySegment.copy(from, Le.FLOAT, fromAt, to, Le.OUT, toAt, blocks);
  }

  @Override
  public boolean encodes() {
    return true;
  }

  @Override
  public void encode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks) {
    MemorySegment.copy(from, Le.OUT, fromAt, to, Le.FLOAT, toAt, blocks);
  }
}
