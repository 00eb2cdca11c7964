package io.smolvlm.language;

import io.smolvlm.tensor.kernel.KernelOps;
import io.smolvlm.tensor.ops.HalfLayout;

/// In which numbers keys and values are kept.
public enum KvFormat {
  /// As they are computed.
  FLOAT32,
  /// Rounded to 11 bits, head by head: half the bytes, and read in order.
  FLOAT16;

  /// Bytes of a block of [KvBlock#ROWS] positions.
  long blockBytes(TextConfig config) {
    return switch (this) {
      case FLOAT32 ->
          2L
              * config.layers()
              * KvBlock.ROWS
              * config.keyValueHeads()
              * config.headDim()
              * Float.BYTES;
      case FLOAT16 -> layout(config).bytes();
    };
  }

  static HalfLayout layout(TextConfig config) {
    return new HalfLayout(
        config.layers(), config.keyValueHeads(), config.headDim(), KvBlock.ROWS, KernelOps.lanes());
  }
}
