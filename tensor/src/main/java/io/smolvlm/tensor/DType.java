package io.smolvlm.tensor;

import io.smolvlm.tensor.block.Bf16;
import io.smolvlm.tensor.block.BlockFormat;
import io.smolvlm.tensor.block.F16;
import io.smolvlm.tensor.block.F32;
import io.smolvlm.tensor.block.F64;
import io.smolvlm.tensor.block.Integers;
import io.smolvlm.tensor.block.Q2_K;
import io.smolvlm.tensor.block.Q3_K;
import io.smolvlm.tensor.block.Q4_0;
import io.smolvlm.tensor.block.Q4_1;
import io.smolvlm.tensor.block.Q4_K;
import io.smolvlm.tensor.block.Q5_0;
import io.smolvlm.tensor.block.Q5_1;
import io.smolvlm.tensor.block.Q5_K;
import io.smolvlm.tensor.block.Q6_K;
import io.smolvlm.tensor.block.Q8_0;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How the numbers of a stored tensor are coded: plain types of safetensors, block types of GGUF.
/// The names are those of the files.
@SuppressWarnings("ImmutableEnumChecker") // formats have no state
public enum DType {
  F64(new F64()),
  F32(new F32()),
  F16(new F16()),
  BF16(new Bf16()),
  I64(8),
  U64(8),
  I32(4),
  U32(4),
  I16(Integers.I16),
  U16(Integers.U16),
  I8(Integers.I8),
  U8(Integers.U8),
  BOOL(Integers.U8),
  Q8_0(new Q8_0()),
  Q4_0(new Q4_0()),
  Q4_1(new Q4_1()),
  Q5_0(new Q5_0()),
  Q5_1(new Q5_1()),
  Q2_K(new Q2_K()),
  Q3_K(new Q3_K()),
  Q4_K(new Q4_K()),
  Q5_K(new Q5_K()),
  Q6_K(new Q6_K());

  private final int blockElements;
  private final int blockBytes;
  private final @Nullable BlockFormat format;

  DType(BlockFormat format) {
    this.blockElements = format.elements();
    this.blockBytes = format.bytes();
    this.format = format;
  }

  /// An integer too wide for float32.
  DType(int bytes) {
    this.blockElements = 1;
    this.blockBytes = bytes;
    this.format = null;
  }

  /// Numbers that share a block; 1 for plain types.
  public int blockElements() {
    return blockElements;
  }

  /// Bytes of a block; of one number for plain types.
  public int blockBytes() {
    return blockBytes;
  }

  /// True for types whose numbers are packed in blocks with shared scales.
  public boolean isBlocked() {
    return blockElements > 1;
  }

  /// Conversion from and to float32; empty for integers of 32 and 64 bits, which float32 cannot
  /// hold.
  public Optional<BlockFormat> format() {
    return Optional.ofNullable(format);
  }

  /// Bytes of a run of numbers.
  ///
  /// @param elements a whole number of blocks
  /// @throws ArithmeticException if the result does not fit into a long
  public long bytes(long elements) {
    if (elements < 0 || elements % blockElements != 0) {
      throw new IllegalArgumentException(elements + " elements in blocks of " + blockElements);
    }
    return Math.multiplyExact(elements / blockElements, (long) blockBytes);
  }
}
