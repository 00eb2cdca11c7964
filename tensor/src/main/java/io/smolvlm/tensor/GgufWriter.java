package io.smolvlm.tensor;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Writes a GGUF file of version 3 and any size: metadata and descriptions first, then the bytes of
/// the tensors one by one in the same order. Nothing of a tensor is kept. For one thread.
///
/// Shapes are given slowest dimension first, as everywhere here. Rows of q and k projections are
/// written as they are given.
public final class GgufWriter implements AutoCloseable {
  private final TensorSink sink;

  private GgufWriter(TensorSink sink) {
    this.sink = sink;
  }

  /// @param path written beside and moved there by [#finish]; an existing file is replaced
  /// @param metadata in the order of writing; `general.alignment`, if present, must be a UINT32
  ///   power of two
  /// @throws IllegalArgumentException if GGUF cannot hold a tensor: its type, more than 4
  ///   dimensions, none, a dimension of 0, a name above 64 bytes or twice
  public static GgufWriter create(
      Path path, Map<String, GgufValue> metadata, List<TensorInfo> tensors) throws IOException {
    GgufHeader header = new GgufHeader(metadata, tensors);
    TensorSink sink = new TensorSink(path, tensors, header.alignment());
    try {
      sink.header(header.toBytes());
    } catch (IOException e) {
      sink.close();
      throw e;
    }
    return new GgufWriter(sink);
  }

  /// Writes the next announced tensor as it is stored.
  ///
  /// @throws IllegalStateException if another tensor is due
  public void write(String name, MemorySegment bytes) throws IOException {
    sink.write(name, bytes);
  }

  /// Writes the next announced tensor from float32 numbers, quantised to its type as ggml does.
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
