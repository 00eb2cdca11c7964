package io.smolvlm.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A metadata value of a GGUF file with its stored type.
///
/// @param element the type of the elements of an array, else null
/// @param value `Long` for every integer type (UINT64 as its bits), `Float`, `Double`, `Boolean`,
///   `String`; arrays are `long[]`, `float[]`, `double[]`, `boolean[]` or an unmodifiable
///   `List<String>`
public record GgufValue(GgufType type, @Nullable GgufType element, Object value) {
  public static GgufValue of(String text) {
    return new GgufValue(GgufType.STRING, null, text);
  }

  public static GgufValue of(boolean flag) {
    return new GgufValue(GgufType.BOOL, null, flag);
  }

  public static GgufValue of(float number) {
    return new GgufValue(GgufType.FLOAT32, null, number);
  }

  /// The type of most counts and of token ids.
  ///
  /// @param number 0 to 2^32-1
  public static GgufValue uint32(long number) {
    if (number < 0 || number > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException(number + " as 32 unsigned bits");
    }
    return new GgufValue(GgufType.UINT32, null, number);
  }

  public static GgufValue strings(List<String> texts) {
    return new GgufValue(GgufType.ARRAY, GgufType.STRING, List.copyOf(texts));
  }

  /// The type of `tokenizer.ggml.token_type`.
  public static GgufValue int32s(long... numbers) {
    return new GgufValue(GgufType.ARRAY, GgufType.INT32, numbers.clone());
  }

  public static GgufValue floats(float... numbers) {
    return new GgufValue(GgufType.ARRAY, GgufType.FLOAT32, numbers.clone());
  }
}
