package io.smolvlm.models;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Gguf;
import io.smolvlm.tensor.GgufMetadata;
import io.smolvlm.tensor.SmolVlmException;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// Questions to a GGUF file's metadata in the kinds that configuration needs.
///
/// @param file its name, for messages
record GgufKeys(String file, GgufMetadata metadata) {
  static GgufKeys of(Gguf gguf) {
    return new GgufKeys(gguf.path().toString(), gguf.metadata());
  }

  /// The architecture, which must be the one asked for.
  void requireArchitecture(String needed, String hint) {
    String key = "general.architecture";
    String found = metadata.string(key).orElseThrow(() -> metadata.missing(key));
    if (!found.equals(needed)) {
      throw metadata.failure(
          ErrorCode.UNSUPPORTED, key, "'" + found + "'", "'" + needed + "'" + hint);
    }
  }

  /// A count from 1 to `most`.
  int count(String key, int most) {
    OptionalLong value = metadata.integer(key);
    if (value.isEmpty()) {
      throw metadata.missing(key);
    }
    return within(key, value.getAsLong(), most);
  }

  int count(String key, int most, int absent) {
    return metadata.has(key) ? count(key, most) : absent;
  }

  private int within(String key, long value, int most) {
    if (value < 1 || value > most) {
      throw metadata.failure(ErrorCode.MISMATCH, key, String.valueOf(value), "1 to " + most);
    }
    return (int) value;
  }

  /// A finite number above 0.
  double positive(String key, double absent) {
    OptionalDouble value = metadata.number(key);
    if (value.isPresent() && !(value.getAsDouble() > 0 && Double.isFinite(value.getAsDouble()))) {
      throw metadata.failure(
          ErrorCode.MISMATCH, key, String.valueOf(value.getAsDouble()), "a number above 0");
    }
    return value.orElse(absent);
  }

  double positive(String key) {
    if (!metadata.has(key)) {
      throw metadata.missing(key);
    }
    return positive(key, 0);
  }

  /// Three numbers, one for each colour.
  float[] colours(String key, float[] absent) {
    float[] values = metadata.floats(key).orElse(absent);
    boolean finite = values.length == absent.length;
    for (float value : values) {
      finite &= Float.isFinite(value);
    }
    if (!finite) {
      throw metadata.failure(
          ErrorCode.MISMATCH, key, values.length + " numbers", absent.length + " finite numbers");
    }
    return values;
  }

  /// Refuses a variant that is not built here.
  void refuse(boolean present, String key, String found, String needed) {
    if (present) {
      throw metadata.failure(ErrorCode.UNSUPPORTED, key, found, needed);
    }
  }

  /// An id of a vocabulary of `size` tokens, -1 when the key is absent.
  ///
  /// @throws SmolVlmException with [ErrorCode#MISMATCH] for an id beyond the vocabulary
  int token(String key, int size) {
    OptionalLong value = metadata.integer(key);
    if (value.isEmpty()) {
      return -1;
    }
    long id = value.getAsLong();
    if (id < 0 || id >= size) {
      throw metadata.failure(
          ErrorCode.MISMATCH,
          key,
          String.valueOf(id),
          "an id below " + size + ", the tokens listed");
    }
    return (int) id;
  }
}
