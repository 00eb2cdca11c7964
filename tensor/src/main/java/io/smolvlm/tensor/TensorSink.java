package io.smolvlm.tensor;

import io.smolvlm.tensor.block.BlockFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// The data part of both writers: tensors come one after the other, in the order they were
/// announced, into a file beside the target that takes its place only when all are there.
final class TensorSink implements AutoCloseable {
  /// Bytes a single call hands to the channel; a buffer cannot hold more than 2 GiB.
  private static final long PIECE = 64L << 20;

  private static final long HEAP_PIECE = 1L << 20;

  /// Bytes of float32 numbers that are asked of a [RowSource] at a time.
  private static final long ROWS_PIECE = 4L << 20;

  private final Path target;
  private final Path unfinished;
  private final FileChannel channel;
  private final List<TensorInfo> tensors;
  private final int alignment;
  private long dataStart;
  private int next;
  private boolean finished;

  /// @param alignment of each tensor from the begin of the data on, a power of two
  TensorSink(Path target, List<TensorInfo> tensors, int alignment) throws IOException {
    this.target = target;
    this.unfinished = target.resolveSibling(target.getFileName() + ".unfinished");
    this.tensors = List.copyOf(tensors);
    this.alignment = alignment;
    this.channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
  }

  /// Writes everything before the data.
  void header(byte[] header) throws IOException {
    put(MemorySegment.ofArray(header));
    dataStart = header.length;
  }

  /// Writes the next tensor as it is stored.
  void write(String name, MemorySegment bytes) throws IOException {
    TensorInfo info = take(name);
    if (bytes.byteSize() != info.bytes()) {
      throw new IllegalArgumentException(
          name + ": " + bytes.byteSize() + " bytes, announced " + info.bytes());
    }
    put(bytes);
    pad();
  }

  /// Writes the next tensor from float32 numbers, coded row by row as its announced type.
  void write(String name, Matrix numbers) throws IOException {
    TensorInfo info = take(name);
    if (numbers.rows() != info.shape().rows() || numbers.cols() != info.shape().cols()) {
      throw new IllegalArgumentException(name + ": " + numbers + ", announced " + info.shape());
    }
    BlockFormat format = encoder(info);
    int blocks = numbers.cols() / format.elements();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate((long) blocks * format.bytes());
      for (int i = 0; i < numbers.rows(); i++) {
        format.encode(numbers.segment(), 4L * i * numbers.cols(), row, 0, blocks);
        put(row);
      }
    }
    pad();
  }

  /// Writes the next tensor from float32 numbers that come piece by piece.
  void write(String name, RowSource source) throws IOException {
    TensorInfo info = take(name);
    BlockFormat format = encoder(info);
    long rows = info.shape().rows();
    long cols = info.shape().cols();
    int blocks = Math.toIntExact(cols / format.elements());
    int step = (int) Math.clamp(ROWS_PIECE / Math.max(1, Float.BYTES * cols), 1, rows);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment numbers =
          arena.allocate(Math.multiplyExact(Float.BYTES * cols, step), Matrix.ALIGNMENT);
      MemorySegment coded = arena.allocate((long) blocks * format.bytes() * step);
      for (long from = 0; from < rows; from += step) {
        int count = (int) Math.min(step, rows - from);
        int first = Math.toIntExact(from);
        source.rows(first, first + count, numbers);
        format.encode(numbers, 0, coded, 0, blocks * count);
        put(coded.asSlice(0, (long) blocks * format.bytes() * count));
      }
    }
    pad();
  }

  private static BlockFormat encoder(TensorInfo info) {
    return info.dtype()
        .format()
        .filter(BlockFormat::encodes)
        .orElseThrow(() -> new IllegalArgumentException(info.dtype() + " is only read"));
  }

  private TensorInfo take(String name) {
    if (next == tensors.size() || !tensors.get(next).name().equals(name)) {
      String due = next == tensors.size() ? "nothing" : tensors.get(next).name();
      throw new IllegalStateException("wrote " + name + " where " + due + " is due");
    }
    return tensors.get(next++);
  }

  private void put(MemorySegment bytes) throws IOException {
    long piece = bytes.isNative() ? PIECE : HEAP_PIECE;
    for (long at = 0; at < bytes.byteSize(); at += piece) {
      MemorySegment part = bytes.asSlice(at, Math.min(piece, bytes.byteSize() - at));
      // Of arrays, only those of bytes can be seen as a buffer.
      ByteBuffer buffer =
          part.isNative()
              ? part.asByteBuffer()
              : ByteBuffer.wrap(part.toArray(ValueLayout.JAVA_BYTE));
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  private void pad() throws IOException {
    long past = (channel.position() - dataStart) & (alignment - 1);
    if (past != 0) {
      put(MemorySegment.ofArray(new byte[(int) (alignment - past)]));
    }
  }

  /// Puts the complete file in place.
  void finish() throws IOException {
    if (next != tensors.size()) {
      throw new IllegalStateException(tensors.get(next).name() + " was not written");
    }
    channel.force(true);
    channel.close();
    Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING);
    finished = true;
  }

  /// Without [#finish] before it, leaves no file behind.
  @Override
  public void close() throws IOException {
    channel.close();
    if (!finished) {
      Files.deleteIfExists(unfinished);
    }
  }
}
