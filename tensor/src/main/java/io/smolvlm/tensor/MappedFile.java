package io.smolvlm.tensor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file mapped read-only into memory, with the arena that owns the mapping. Pages are read when
/// they are touched, so opening costs the same for a kilobyte and for a gigabyte.
///
/// The file must not be cut while it is mapped: its length is checked once, here.
final class MappedFile implements AutoCloseable {
  private final Path path;
  private final Arena arena;
  private final MemorySegment segment;

  private MappedFile(Path path, Arena arena, MemorySegment segment) {
    this.path = path;
    this.arena = arena;
    this.segment = segment;
  }

  /// @throws FormatException `MISSING` if there is no such file or it cannot be read, `UNSUPPORTED`
  ///   if it is no plain file, `EMPTY` if it has no bytes
  @SuppressWarnings("MustBeClosedChecker") // the arena belongs to the result
  static MappedFile open(Path path) {
    String name = path.toString();
    if (!Files.exists(path)) {
      throw new FormatException(ErrorCode.MISSING, name, "file", "nothing there", "a model file");
    }
    // Pipes and devices would block or have no length.
    if (!Files.isRegularFile(path)) {
      throw new FormatException(
          ErrorCode.UNSUPPORTED, name, "file", "a folder or device", "a plain file");
    }
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size == 0) {
        throw new FormatException(ErrorCode.EMPTY, name, "file", "0 bytes", "a model file");
      }
      MemorySegment segment = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      opened = true;
      return new MappedFile(path, arena, segment);
    } catch (IOException e) {
      FormatException failure =
          new FormatException(
              ErrorCode.MISSING, name, "file", "a file that cannot be read", "a readable file");
      failure.initCause(e);
      throw failure;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  /// The path as it was given.
  String name() {
    return path.toString();
  }

  Path path() {
    return path;
  }

  MemorySegment segment() {
    return segment;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
