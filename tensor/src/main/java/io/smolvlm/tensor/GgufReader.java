package io.smolvlm.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.smolvlm.tensor.GgufMetadata.Entry;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads and checks the parts of a GGUF file from front to back: first [#metadata], then
/// [#tensors].
final class GgufReader {
  static final String MAGIC = "GGUF";
  static final String ALIGNMENT_KEY = "general.alignment";
  static final int DEFAULT_ALIGNMENT = 32;
  static final int MAX_NAME = 64;
  static final int MAX_RANK = 4;

  private static final int MAX_ALIGNMENT = 1 << 16;
  private static final int MAX_KEY = 65_535;

  /// Real files have some dozens of keys and some hundreds of tensors.
  private static final int MAX_KEYS = 65_536;

  private static final int MAX_TENSORS = 131_072;

  /// Key length, one character, type, one byte of value.
  private static final int SMALLEST_ENTRY = 8 + 1 + 4 + 1;

  /// Name length, one character, rank, one dimension, type, offset.
  private static final int SMALLEST_DESCRIPTION = 8 + 1 + 4 + 8 + 4 + 8;

  private record Description(String name, DType dtype, Shape shape, long offset) {}

  private final String file;
  private final MemorySegment bytes;
  private final GgufCursor cursor;
  private final long tensorCount;
  private final long keyCount;

  GgufReader(String file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
    this.cursor = new GgufCursor(file, bytes);
    checkMagic();
    checkVersion();
    this.tensorCount = cursor.count(SMALLEST_DESCRIPTION, "tensor count");
    this.keyCount = cursor.count(SMALLEST_ENTRY, "metadata count");
    if (tensorCount > MAX_TENSORS || keyCount > MAX_KEYS) {
      throw failure(
          ErrorCode.LIMIT,
          "counts",
          tensorCount + " tensors, " + keyCount + " keys",
          "at most " + MAX_TENSORS + " and " + MAX_KEYS);
    }
  }

  private void checkMagic() {
    String magic = Signature.head(bytes, MAGIC.length());
    if (magic.equals(MAGIC)) {
      cursor.take(MAGIC.length(), "magic");
    } else if (MAGIC.startsWith(magic)) {
      throw failure(ErrorCode.CORRUPT, "magic", bytes.byteSize() + " bytes in all", "a header");
    } else {
      throw failure(
          ErrorCode.UNSUPPORTED,
          "magic",
          Signature.describe(bytes).orElse("'" + StrictJson.shorten(magic) + "'"),
          "'" + MAGIC + "'");
    }
  }

  private void checkVersion() {
    int version = cursor.int32("version");
    if (version == 2 || version == 3) {
      return;
    }
    int swapped = Integer.reverseBytes(version);
    throw failure(
        ErrorCode.UNSUPPORTED,
        "version",
        swapped == 2 || swapped == 3
            ? swapped + " in big-endian order"
            : Integer.toUnsignedString(version),
        "2 or 3 in little-endian order");
  }

  GgufMetadata metadata() {
    Map<String, Entry> entries = LinkedHashMap.newLinkedHashMap((int) keyCount);
    for (long i = 0; i < keyCount; i++) {
      String key = cursor.string("key " + i, MAX_KEY);
      if (key.isEmpty()) {
        throw failure(ErrorCode.CORRUPT, "key " + i, "an empty name", "at least one character");
      }
      if (entries.put(key, entry(key)) != null) {
        throw failure(ErrorCode.CORRUPT, key, "this key twice", "it once");
      }
    }
    return new GgufMetadata(file, entries);
  }

  private Entry entry(String key) {
    GgufType type = valueType(key);
    return switch (type) {
      case STRING -> new Entry(type, null, 1, cursor.take(cursor.int64(key), key));
      case ARRAY -> array(key);
      default -> new Entry(type, null, 1, numbers(key, type, 1));
    };
  }

  private GgufType valueType(String key) {
    int code = cursor.int32(key);
    return GgufType.ofCode(code)
        .orElseThrow(() ->
            failure(
                ErrorCode.CORRUPT,
                key,
                "value type " + Integer.toUnsignedString(code),
                "a type from 0 to 12"));
  }

  private Entry array(String key) {
    GgufType element = valueType(key);
    if (element == GgufType.ARRAY) {
      throw failure(ErrorCode.UNSUPPORTED, key, "an array of arrays", "an array of plain values");
    }
    if (element == GgufType.STRING) {
      long count = cursor.count(Long.BYTES, key);
      long begin = cursor.position();
      for (long i = 0; i < count; i++) {
        cursor.take(cursor.int64(key), key);
      }
      MemorySegment payload = bytes.asSlice(begin, cursor.position() - begin);
      return new Entry(GgufType.ARRAY, element, count, payload);
    }
    long count = cursor.count(element.bytes(), key);
    return new Entry(GgufType.ARRAY, element, count, numbers(key, element, count));
  }

  private MemorySegment numbers(String key, GgufType type, long count) {
    MemorySegment numbers = cursor.take(count * type.bytes(), key);
    for (long i = 0; type == GgufType.BOOL && i < count; i++) {
      int flag = numbers.get(JAVA_BYTE, i);
      if (flag != 0 && flag != 1) {
        throw failure(ErrorCode.CORRUPT, key, "truth value " + flag, "0 or 1");
      }
    }
    return numbers;
  }

  /// Views of the tensors' bytes, in the order of the file.
  Map<String, Tensor> tensors(GgufMetadata metadata) {
    long alignment = alignment(metadata);
    List<Description> descriptions = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (long i = 0; i < tensorCount; i++) {
      Description description = description(i, alignment);
      if (!names.add(description.name)) {
        throw failure(ErrorCode.CORRUPT, description.name, "this tensor twice", "it once");
      }
      descriptions.add(description);
    }
    return layOut(descriptions, alignment);
  }

  private long alignment(GgufMetadata metadata) {
    if (!metadata.has(ALIGNMENT_KEY)) {
      return DEFAULT_ALIGNMENT;
    }
    GgufValue value = metadata.value(ALIGNMENT_KEY).orElseThrow();
    if (value.type() == GgufType.UINT32 && value.value() instanceof Long alignment) {
      if (Long.bitCount(alignment) == 1 && alignment <= MAX_ALIGNMENT) {
        return alignment;
      }
    }
    throw failure(
        ErrorCode.CORRUPT,
        ALIGNMENT_KEY,
        value.type() + (value.type().isInteger() ? " " + value.value() : ""),
        "UINT32, a power of two, at most " + MAX_ALIGNMENT);
  }

  private Description description(long index, long alignment) {
    String name = cursor.string("name of tensor " + index, MAX_NAME);
    if (name.isEmpty()) {
      throw failure(ErrorCode.CORRUPT, "tensor " + index, "an empty name", "a character or more");
    }
    int rank = cursor.int32(name);
    if (rank < 1 || rank > MAX_RANK) {
      throw failure(
          ErrorCode.CORRUPT, name, Integer.toUnsignedString(rank) + " dimensions", "1 to 4");
    }
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      long dim = cursor.int64(name);
      if (dim <= 0) {
        throw failure(
            ErrorCode.CORRUPT, name, "dimension " + Long.toUnsignedString(dim), "1 to 2^63-1");
      }
      dims[rank - 1 - i] = dim;
    }
    Shape shape = shape(name, dims);
    DType dtype = dtype(name, cursor.int32(name));
    if (shape.cols() % dtype.blockElements() != 0) {
      throw failure(
          ErrorCode.CORRUPT,
          name,
          "rows of " + shape.cols(),
          "whole blocks of " + dtype.blockElements() + " for " + dtype);
    }
    long offset = cursor.int64(name);
    if (offset < 0 || offset % alignment != 0) {
      throw failure(
          ErrorCode.CORRUPT,
          name,
          "offset " + Long.toUnsignedString(offset),
          "a multiple of " + alignment);
    }
    return new Description(name, dtype, shape, offset);
  }

  private Shape shape(String name, long[] dims) {
    try {
      return Shape.of(dims);
    } catch (IllegalArgumentException e) {
      throw failure(ErrorCode.CORRUPT, name, "2^63 elements or more", "fewer");
    }
  }

  private DType dtype(String name, int code) {
    return GgmlTypes.dtype(code)
        .orElseThrow(() ->
            failure(
                ErrorCode.UNSUPPORTED,
                name,
                "type " + GgmlTypes.unreadName(code).orElse(Integer.toUnsignedString(code)),
                "F64, F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K to Q6_K"));
  }

  private Map<String, Tensor> layOut(List<Description> descriptions, long alignment) {
    Map<String, Tensor> tensors = LinkedHashMap.newLinkedHashMap(descriptions.size());
    // The data begins at the next aligned place; a file without tensors may end before it.
    long dataStart = Math.min(align(cursor.position(), alignment), bytes.byteSize());
    long dataBytes = bytes.byteSize() - dataStart;
    long next = 0;
    long end = 0;
    for (Description description : descriptions) {
      if (description.offset != next) {
        throw failure(
            ErrorCode.CORRUPT,
            description.name,
            "offset " + description.offset,
            next + ", behind the tensor before it");
      }
      long size = size(description);
      if (size > dataBytes - next) {
        throw failure(
            ErrorCode.CORRUPT,
            description.name,
            size + " bytes for " + description.dtype + " " + description.shape,
            "at most the " + (dataBytes - next) + " that are left");
      }
      MemorySegment view = bytes.asSlice(dataStart + next, size);
      tensors.put(
          description.name,
          new Tensor(file, description.name, description.dtype, description.shape, view));
      end = next + size;
      next = Math.min(align(end, alignment), dataBytes);
    }
    if (dataBytes - end >= alignment) {
      throw failure(
          ErrorCode.CORRUPT,
          "data",
          (dataBytes - end) + " bytes behind the last tensor",
          "less than " + alignment);
    }
    return tensors;
  }

  private long size(Description description) {
    try {
      return description.dtype.bytes(description.shape.elements());
    } catch (ArithmeticException e) {
      throw failure(
          ErrorCode.CORRUPT, description.name, "2^63 bytes or more", "no more than the file has");
    }
  }

  /// No overflow: positions are below the file's size.
  private static long align(long position, long alignment) {
    return (position + alignment - 1) & -alignment;
  }

  private FormatException failure(ErrorCode code, String part, String found, String needed) {
    return cursor.failure(code, part, found, needed);
  }
}
