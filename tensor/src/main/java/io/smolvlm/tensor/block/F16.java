package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// IEEE 754 half precision.
public final class F16 implements BlockFormat {
  @Override
  public int elements() {
    return 1;
  }

  @Override
  public int bytes() {
    return Short.BYTES;
  }

  @Override
  public void decode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks) {
    for (int i = 0; i < blocks; i++) {
      to.set(Le.OUT, toAt + 4L * i, Float.float16ToFloat(from.get(Le.SHORT, fromAt + 2L * i)));
    }
  }

  @Override
  public boolean encodes() {
    return true;
  }

  @Override
  public void encode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks) {
    for (int i = 0; i < blocks; i++) {
      to.set(Le.SHORT, toAt + 2L * i, Float.floatToFloat16(from.get(Le.OUT, fromAt + 4L * i)));
    }
  }
}
