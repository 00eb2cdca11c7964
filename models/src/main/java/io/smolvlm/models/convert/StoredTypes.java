package io.smolvlm.models.convert;

import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.List;
import java.util.Locale;

/// The types in which weights are written, by the names that users give and files use.
public final class StoredTypes {
  /// What a safetensors folder can hold.
  public static final List<DType> PLAIN = List.of(DType.BF16, DType.F16, DType.F32);

  /// What a GGUF file can hold, of what is written here.
  public static final List<DType> ALL =
      List.of(DType.Q8_0, DType.Q4_0, DType.BF16, DType.F16, DType.F32);

  private StoredTypes() {}

  /// The type of a name, whatever its letters' case.
  ///
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE], naming the known ones
  public static DType named(String name, List<DType> known) {
    return known.stream()
        .filter(type -> type.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() ->
            new SmolVlmException(
                ErrorCode.INVALID_VALUE,
                "type: found '" + name + "', allowed are " + names(known)));
  }

  static String names(List<DType> types) {
    return String.join(
        ", ", types.stream().map(type -> type.name().toLowerCase(Locale.ROOT)).toList());
  }

  /// A plain type as config.json names it.
  static String torch(DType type) {
    return switch (type) {
      case BF16 -> "bfloat16";
      case F16 -> "float16";
      case F32 -> "float32";
      default -> throw new IllegalArgumentException(type + " in a checkpoint folder");
    };
  }
}
