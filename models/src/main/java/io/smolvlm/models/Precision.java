package io.smolvlm.models;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.tensor.ops.PackedWeight.Format;
import io.smolvlm.tensor.torch.Arithmetic;
import java.util.Locale;
import java.util.Optional;

/// In which numbers a model keeps its weights and computes. Norms are float32 in each; keys and
/// values are kept in float16 where anything else is rounded.
///
/// Where the processor multiplies bfloat16 fast ([MeasuredSpeed]), all but [#EXACT] compute prompts
/// and the encoder's attention in it; elsewhere in float32.
public enum Precision {
  /// The fastest that keeps to the stated error here: 99 % of the reference's tokens under teacher
  /// forcing. That is [#BF16] where libtorch is faster in it, else [#EXACT]: on real weights
  /// bfloat16 reaches 99.2 %, 8 bits 98.8 % (docs/log.md).
  AUTO,
  /// The checkpoint's own numbers, computed with in float32: the reference implementation's
  /// answers, to the token.
  EXACT,
  /// The checkpoint's own numbers; prompts, encoder and connector in bfloat16, as the reference is
  /// mostly run.
  BF16,
  /// The decoder in blocks of 32 numbers of 8 bits with a scale; encoder and connector, where
  /// libtorch computes them, in 8 bits with a scale for each output.
  INT8,
  /// The decoder in blocks of 32 numbers of 4 bits with a scale and a minimum, and 8-bit
  /// activations; head, encoder and connector as [#INT8].
  INT4;

  /// By name, in any case.
  ///
  /// @throws SmolVlmException [ErrorCode#INVALID_VALUE] for another one
  public static Precision of(String name) {
    for (Precision p : values()) {
      if (p.name().equalsIgnoreCase(name)) {
        return p;
      }
    }
    throw new SmolVlmException(
        ErrorCode.INVALID_VALUE,
        "precision: found '" + name + "', allowed auto, exact, bf16, int8 or int4");
  }

  /// What this means; never [#AUTO].
  ///
  /// @param halves whether bfloat16 is fast here
  Precision resolve(boolean halves) {
    return this != AUTO ? this : halves ? BF16 : EXACT;
  }

  /// In which numbers libtorch computes encoder and connector.
  ///
  /// @param halves whether bfloat16 is fast here
  Arithmetic encoder(boolean halves) {
    return switch (this) {
      case EXACT, AUTO -> Arithmetic.FLOAT32;
      case BF16 -> halves ? Arithmetic.BFLOAT16 : Arithmetic.FLOAT32;
      case INT8, INT4 -> halves ? Arithmetic.INT8_BFLOAT16 : Arithmetic.INT8;
    };
  }

  /// The form of a layer's packed weights; empty where they stay as they are.
  Optional<Format> layers() {
    return switch (this) {
      case INT8 -> Optional.of(Format.INT8);
      case INT4 -> Optional.of(Format.INT4);
      case EXACT, BF16, AUTO -> Optional.empty();
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
