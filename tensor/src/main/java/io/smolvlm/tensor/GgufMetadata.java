package io.smolvlm.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The typed metadata of a GGUF file: hyper-parameters, tokenizer, chat template.
///
/// Values stay in the mapped file and are decoded when asked for, so a vocabulary costs nothing
/// until it is needed, and must be asked for before the file is closed. A key that is absent gives
/// an empty result; one of another type than asked for is an error of the file.
public final class GgufMetadata {
  /// Far above any vocabulary or merge list.
  private static final int MAX_STRINGS = 4 << 20;

  private static final int MAX_NUMBERS = 1 << 26;
  private static final int MAX_TEXT = 64 << 20;

  /// @param element the type of an array's elements, else null
  /// @param count elements of an array, else 1
  /// @param payload the value's bytes, without the length of a string
  record Entry(GgufType type, @Nullable GgufType element, long count, MemorySegment payload) {
    GgufType elementType() {
      return element == null ? type : element;
    }

    String description() {
      return element == null ? type.toString() : "an array of " + element;
    }
  }

  private final String file;
  private final Map<String, Entry> entries;

  GgufMetadata(String file, Map<String, Entry> entries) {
    this.file = file;
    this.entries = new LinkedHashMap<>(entries);
  }

  /// All keys, in the order of the file.
  public Set<String> keys() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  public boolean has(String key) {
    return entries.containsKey(key);
  }

  /// Any value with its type.
  ///
  /// @throws FormatException `LIMIT` if an array has more elements than any model needs
  public Optional<GgufValue> value(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    boolean array = entry.element != null;
    Object value =
        switch (entry.elementType()) {
          case STRING -> array ? decodeStrings(key, entry) : decodeString(key, entry);
          case BOOL -> array ? decodeFlags(key, entry) : decodeInteger(entry, 0) != 0;
          case FLOAT32 -> array ? decodeFloats(key, entry) : decodeFloat(entry, 0);
          case FLOAT64 -> array ? decodeDoubles(key, entry) : decodeDouble(entry, 0);
          default -> array ? decodeIntegers(key, entry) : decodeInteger(entry, 0);
        };
    return Optional.of(new GgufValue(entry.type, entry.element, value));
  }

  /// @throws FormatException `MISMATCH` if it is no string, `CORRUPT` if it is not UTF-8
  public Optional<String> string(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    require(key, entry.type == GgufType.STRING, "a string");
    return Optional.of(decodeString(key, entry));
  }

  /// @throws FormatException `MISMATCH` if it is no integer or exceeds 2^63-1
  public OptionalLong integer(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return OptionalLong.empty();
    }
    require(key, entry.type.isInteger(), "a whole number");
    long value = decodeInteger(entry, 0);
    require(key, entry.type != GgufType.UINT64 || value >= 0, "a number below 2^63");
    return OptionalLong.of(value);
  }

  /// @throws FormatException `MISMATCH` if it is neither FLOAT32 nor FLOAT64
  public OptionalDouble number(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return OptionalDouble.empty();
    }
    require(key, entry.type == GgufType.FLOAT32 || entry.type == GgufType.FLOAT64, "a fraction");
    return OptionalDouble.of(
        entry.type == GgufType.FLOAT32 ? decodeFloat(entry, 0) : decodeDouble(entry, 0));
  }

  /// @throws FormatException `MISMATCH` if it is no truth value
  public Optional<Boolean> flag(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    require(key, entry.type == GgufType.BOOL, "a truth value");
    return Optional.of(decodeInteger(entry, 0) != 0);
  }

  /// @throws FormatException `MISMATCH` if it is no array of strings, `CORRUPT` if one is not
  ///   UTF-8, `LIMIT` above 4 million
  public Optional<List<String>> strings(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    require(key, entry.element == GgufType.STRING, "an array of strings");
    return Optional.of(decodeStrings(key, entry));
  }

  /// @throws FormatException `MISMATCH` if it is no array of integers, `LIMIT` above 64 million
  public Optional<long[]> integers(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    require(key, entry.element != null && entry.element.isInteger(), "an array of whole numbers");
    return Optional.of(decodeIntegers(key, entry));
  }

  /// @throws FormatException `MISMATCH` if it is no array of FLOAT32, `LIMIT` above 64 million
  public Optional<float[]> floats(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    require(key, entry.element == GgufType.FLOAT32, "an array of FLOAT32");
    return Optional.of(decodeFloats(key, entry));
  }

  /// The error for a key that a model cannot do without.
  public FormatException missing(String key) {
    return failure(ErrorCode.MISSING, key, "no such key", "it to be set");
  }

  /// An error about the value of a key, naming the file.
  public FormatException failure(ErrorCode code, String key, String found, String needed) {
    return new FormatException(code, file, StrictJson.shorten(key), found, needed);
  }

  private void require(String key, boolean holds, String needed) {
    Entry entry = entries.get(key);
    if (!holds && entry != null) {
      throw failure(ErrorCode.MISMATCH, key, entry.description(), needed);
    }
  }

  private int size(String key, Entry entry, int most) {
    if (entry.count > most) {
      throw failure(ErrorCode.LIMIT, key, entry.count + " elements", "at most " + most);
    }
    return (int) entry.count;
  }

  private String decodeString(String key, Entry entry) {
    return text(key, entry.payload);
  }

  private String text(String key, MemorySegment bytes) {
    if (bytes.byteSize() > MAX_TEXT) {
      throw failure(ErrorCode.LIMIT, key, bytes.byteSize() + " bytes", "at most " + MAX_TEXT);
    }
    return GgufCursor.text(file, bytes, key);
  }

  private List<String> decodeStrings(String key, Entry entry) {
    int size = size(key, entry, MAX_STRINGS);
    List<String> strings = new ArrayList<>(size);
    GgufCursor cursor = new GgufCursor(file, entry.payload);
    for (int i = 0; i < size; i++) {
      strings.add(text(key, cursor.take(cursor.int64(key), key)));
    }
    return Collections.unmodifiableList(strings);
  }

  private static long decodeInteger(Entry entry, long index) {
    MemorySegment bytes = entry.payload;
    return switch (entry.elementType()) {
      case UINT8, BOOL -> Byte.toUnsignedLong(bytes.get(JAVA_BYTE, index));
      case INT8 -> bytes.get(JAVA_BYTE, index);
      case UINT16 -> Short.toUnsignedLong(bytes.get(GgufCursor.SHORT, 2 * index));
      case INT16 -> bytes.get(GgufCursor.SHORT, 2 * index);
      case UINT32 -> Integer.toUnsignedLong(bytes.get(GgufCursor.INT, 4 * index));
      case INT32 -> bytes.get(GgufCursor.INT, 4 * index);
      case UINT64, INT64 -> bytes.get(GgufCursor.LONG, 8 * index);
      case FLOAT32, FLOAT64, STRING, ARRAY -> throw new IllegalStateException("no integer");
    };
  }

  private static float decodeFloat(Entry entry, long index) {
    return Float.intBitsToFloat(entry.payload.get(GgufCursor.INT, 4 * index));
  }

  private static double decodeDouble(Entry entry, long index) {
    return Double.longBitsToDouble(entry.payload.get(GgufCursor.LONG, 8 * index));
  }

  private long[] decodeIntegers(String key, Entry entry) {
    long[] numbers = new long[size(key, entry, MAX_NUMBERS)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = decodeInteger(entry, i);
    }
    return numbers;
  }

  private boolean[] decodeFlags(String key, Entry entry) {
    boolean[] flags = new boolean[size(key, entry, MAX_NUMBERS)];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = decodeInteger(entry, i) != 0;
    }
    return flags;
  }

  private float[] decodeFloats(String key, Entry entry) {
    float[] numbers = new float[size(key, entry, MAX_NUMBERS)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = decodeFloat(entry, i);
    }
    return numbers;
  }

  private double[] decodeDoubles(String key, Entry entry) {
    double[] numbers = new double[size(key, entry, MAX_NUMBERS)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = decodeDouble(entry, i);
    }
    return numbers;
  }
}
