package io.smolvlm.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Writes a safetensors file of any size: tensors are announced first, their bytes follow one by
/// one in the same order. Nothing of a tensor is kept. For one thread.
///
/// ```java
/// try (var writer = SafetensorsWriter.create(path, List.of(info), Map.of("format", "pt"))) {
///   writer.write(info.name(), matrix);
///   writer.finish();
/// }
/// ```
public final class SafetensorsWriter implements AutoCloseable {
  /// The data begins at a multiple of this, as the reference writer has it.
  private static final int HEADER_ALIGNMENT = 8;

  private static final JsonFactory JSON = new JsonFactory();

  private final TensorSink sink;

  private SafetensorsWriter(TensorSink sink) {
    this.sink = sink;
  }

  /// @param path written beside and moved there by [#finish]; an existing file is replaced
  /// @param metadata strings for `__metadata__`; may be empty
  /// @throws IllegalArgumentException if a name comes twice or a type is a GGUF block type
  public static SafetensorsWriter create(
      Path path, List<TensorInfo> tensors, Map<String, String> metadata) throws IOException {
    byte[] header = header(tensors, metadata);
    TensorSink sink = new TensorSink(path, tensors, 1);
    try {
      sink.header(header);
    } catch (IOException e) {
      sink.close();
      throw e;
    }
    return new SafetensorsWriter(sink);
  }

  private static byte[] header(List<TensorInfo> tensors, Map<String, String> metadata)
      throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart("__metadata__");
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long at = 0;
      Set<String> names = new HashSet<>();
      for (TensorInfo tensor : tensors) {
        if (!names.add(tensor.name()) || tensor.dtype().isBlocked()) {
          throw new IllegalArgumentException("twice, or no type of safetensors: " + tensor);
        }
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", tensor.dtype().name());
        json.writeFieldName("shape");
        json.writeArray(tensor.shape().toArray(), 0, tensor.shape().rank());
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {at, Math.addExact(at, tensor.bytes())}, 0, 2);
        json.writeEndObject();
        at += tensor.bytes();
      }
      json.writeEndObject();
    }
    while (text.size() % HEADER_ALIGNMENT != 0) {
      text.write(' ');
    }
    byte[] length =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(text.size()).array();
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.writeBytes(length);
    text.writeTo(header);
    return header.toByteArray();
  }

  /// Writes the next announced tensor as it is stored.
  ///
  /// @throws IllegalStateException if another tensor is due
  public void write(String name, MemorySegment bytes) throws IOException {
    sink.write(name, bytes);
  }

  /// Writes the next announced tensor from float32 numbers, rounded to its type.
  ///
  /// @param numbers `[product of leading dimensions, last dimension]`
  /// @throws IllegalStateException if another tensor is due
  public void write(String name, Matrix numbers) throws IOException {
    sink.write(name, numbers);
  }

  /// Writes the next announced tensor from float32 numbers that come some rows at a time, coded as
  /// its type.
  ///
  /// @throws IllegalStateException if another tensor is due
  public void write(String name, RowSource numbers) throws IOException {
    sink.write(name, numbers);
  }

  /// Puts the complete file in place.
  ///
  /// @throws IllegalStateException if a tensor was not written
  public void finish() throws IOException {
    sink.finish();
  }

  /// Without [#finish] before it, leaves no file behind.
  @Override
  public void close() throws IOException {
    sink.close();
  }
}
