package io.smolvlm.models;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.tensor.ops.PackedWeight.Format;
import java.util.Locale;
import java.util.Optional;

/// In which numbers a model keeps its weights. Norms and attention are computed in float32 in each;
/// keys and values are kept in float16 beside packed weights.
public enum Precision {
  /// The fastest that keeps to the stated error: 99 % of the reference's tokens under teacher
  /// forcing. 8 bits reach 98.8 % on real weights (docs/log.md), so today this is [#EXACT].
  AUTO,
  /// The checkpoint's own numbers, computed with in float32: the reference implementation's
  /// answers, to the token.
  EXACT,
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
        "precision: found '" + name + "', allowed auto, exact, int8 or int4");
  }

  /// What this means; never [#AUTO].
  public Precision resolve() {
    return this == AUTO ? EXACT : this;
  }

  /// Whether libtorch is to multiply in 8 bits in encoder and connector.
  boolean roundsEncoder() {
    return this == INT8 || this == INT4;
  }

  /// The form of a layer's weights; empty for float32.
  Optional<Format> layers() {
    return switch (this) {
      case INT8 -> Optional.of(Format.INT8);
      case INT4 -> Optional.of(Format.INT4);
      case EXACT, AUTO -> Optional.empty();
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
