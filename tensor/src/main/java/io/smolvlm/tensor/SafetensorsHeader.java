package io.smolvlm.tensor;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads and checks the header of a safetensors file. Every number is compared with the bytes that
/// are there before anything is allocated from it.
final class SafetensorsHeader {
  private static final int LENGTH_BYTES = 8;

  /// The format's own cap.
  private static final int MAX_HEADER = 100_000_000;

  /// The largest published checkpoints have about 100,000.
  private static final int MAX_TENSORS = 131_072;

  private static final int MAX_RANK = 16;
  private static final String METADATA = "__metadata__";

  private record Entry(String name, DType dtype, Shape shape, long begin, long end) {}

  private final String file;
  private final long dataStart;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafetensorsHeader(String file, long dataStart) {
    this.file = file;
    this.dataStart = dataStart;
  }

  static SafetensorsHeader read(String file, MemorySegment bytes) {
    int length = length(file, bytes);
    SafetensorsHeader header = new SafetensorsHeader(file, LENGTH_BYTES + (long) length);
    StrictJson json = new StrictJson(file, bytes.asSlice(LENGTH_BYTES, length));
    json.read(header::document);
    header.checkLayout(bytes.byteSize() - header.dataStart);
    return header;
  }

  private static int length(String file, MemorySegment bytes) {
    long size = bytes.byteSize();
    String part = "header length";
    if (size < LENGTH_BYTES) {
      throw new FormatException(
          ErrorCode.CORRUPT, file, part, size + " bytes in all", "8 bytes of header length");
    }
    long length = bytes.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    if (length < 0 || length > size - LENGTH_BYTES) {
      throw new FormatException(
          ErrorCode.CORRUPT,
          file,
          part,
          Signature.describe(bytes).orElse(Long.toUnsignedString(length)),
          "a safetensors header inside the file's " + size + " bytes");
    }
    if (length > MAX_HEADER) {
      throw new FormatException(
          ErrorCode.LIMIT, file, part, Long.toString(length), "at most " + MAX_HEADER);
    }
    return (int) length;
  }

  long dataStart() {
    return dataStart;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  /// Views of the data, in the order of the header.
  Map<String, Tensor> tensors(String name, MemorySegment data) {
    Map<String, Tensor> tensors = LinkedHashMap.newLinkedHashMap(entries.size());
    for (Entry entry : entries) {
      MemorySegment view = data.asSlice(entry.begin, entry.end - entry.begin);
      tensors.put(entry.name, new Tensor(name, entry.name, entry.dtype, entry.shape, view));
    }
    return tensors;
  }

  private void document(StrictJson json) throws IOException {
    json.object(
        "header",
        name -> {
          if (name.equals(METADATA)) {
            metadata(json);
          } else {
            entries.add(entry(json, name));
            if (entries.size() > MAX_TENSORS) {
              throw json.failure(
                  ErrorCode.LIMIT, "header", "more tensors", "at most " + MAX_TENSORS);
            }
          }
        });
  }

  private void metadata(StrictJson json) throws IOException {
    json.object(METADATA, key -> metadata.put(key, json.string(METADATA + "." + key)));
  }

  private Entry entry(StrictJson json, String name) throws IOException {
    Fields fields = new Fields();
    json.object(
        name,
        field -> {
          switch (field) {
            case "dtype" -> fields.dtype = dtype(json, name);
            case "shape" -> fields.shape = shape(json, name);
            case "data_offsets" -> fields.offsets = json.naturals(name + ": data_offsets", 2);
            default -> json.skip();
          }
        });
    DType dtype = present(fields.dtype, name, "dtype");
    Shape shape = present(fields.shape, name, "shape");
    List<Long> offsets = present(fields.offsets, name, "data_offsets");
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw failure(name, "data_offsets " + offsets, "begin and end");
    }
    return checked(new Entry(name, dtype, shape, offsets.get(0), offsets.get(1)));
  }

  private static final class Fields {
    private @Nullable DType dtype;
    private @Nullable Shape shape;
    private @Nullable List<Long> offsets;
  }

  private <T> T present(@Nullable T value, String name, String field) {
    if (value == null) {
      throw failure(name, "no " + field, "dtype, shape and data_offsets");
    }
    return value;
  }

  private DType dtype(StrictJson json, String name) throws IOException {
    String text = json.string(name + ": dtype");
    for (DType dtype : DType.values()) {
      if (!dtype.isBlocked() && dtype.name().equals(text)) {
        return dtype;
      }
    }
    throw json.failure(
        ErrorCode.UNSUPPORTED,
        name,
        "dtype '" + StrictJson.shorten(text) + "'",
        "F64, F32, F16, BF16, BOOL or an integer type");
  }

  private Shape shape(StrictJson json, String name) throws IOException {
    List<Long> dims = json.naturals(name + ": shape", MAX_RANK);
    try {
      return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    } catch (IllegalArgumentException e) {
      throw failure(name, "shape " + dims, "less than 2^63 elements");
    }
  }

  private Entry checked(Entry entry) {
    long stored = entry.end - entry.begin;
    long needed;
    try {
      needed = entry.dtype.bytes(entry.shape.elements());
    } catch (ArithmeticException e) {
      throw failure(entry.name, entry.dtype + " " + entry.shape, "less than 2^63 bytes");
    }
    if (stored != needed) {
      throw failure(
          entry.name, stored + " bytes", needed + " for " + entry.dtype + " " + entry.shape);
    }
    return entry;
  }

  /// The tensors must cover the data exactly, whatever their order in the header.
  private void checkLayout(long dataBytes) {
    List<Entry> sorted = new ArrayList<>(entries);
    sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long at = 0;
    for (Entry entry : sorted) {
      if (entry.begin != at) {
        throw failure(
            entry.name,
            "data from " + entry.begin,
            "from " + at + ", where the tensor before it ends");
      }
      at = entry.end;
    }
    if (at != dataBytes) {
      throw failure("data", dataBytes + " bytes", at + " bytes, as the header says");
    }
  }

  private FormatException failure(String part, String found, String needed) {
    return new FormatException(ErrorCode.CORRUPT, file, StrictJson.shorten(part), found, needed);
  }
}
