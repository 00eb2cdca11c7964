package io.smolvlm.tensor.ops;

import java.lang.foreign.MemorySegment;

/// A weight in bfloat16, row by row, as checkpoints of the hub store it: exact, since each of its
/// numbers is a float32 whose low half is zero. It is widened where it is read, so that the mapped
/// file is its only copy and a decode step reads half the bytes of a [FloatWeight].
///
/// @param data `[out, in]`, little-endian, at any address
public record Bf16Weight(MemorySegment data, int out, int in) implements LinearWeight {
  public Bf16Weight {
    if (data.byteSize() != 2L * out * in) {
      throw new IllegalArgumentException(
          data.byteSize() + " bytes for bfloat16 [" + out + ", " + in + "]");
    }
  }
}
