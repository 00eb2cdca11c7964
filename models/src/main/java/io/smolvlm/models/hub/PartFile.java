package io.smolvlm.models.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The bytes of a file that have arrived so far, in a file that this writer alone has, with their
/// running hash. What a dead writer left of the same content is taken over.
final class PartFile implements AutoCloseable {
  private static final int CHUNK = 1 << 20;

  private final Path blob;
  private final Path path;
  private final FileHash hash;
  private final long bytes;
  private final FileChannel channel;
  private MessageDigest digest;
  private long size;
  private boolean whole;

  private PartFile(Path blob, Path path, FileHash hash, long bytes) throws IOException {
    this.blob = blob;
    this.path = path;
    this.hash = hash;
    this.bytes = bytes;
    this.channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    this.digest = hash.digest(bytes);
    readWhatIsThere();
  }

  /// A part for this process alone.
  ///
  /// @param blob the name that the content will have
  /// @param bytes its length
  static PartFile claim(Path blob, FileHash hash, long bytes) throws IOException {
    Path mine = named(blob, PartOwner.ofThisProcess());
    boolean taken = false;
    for (Path left : leftBehind(blob)) {
      if (taken) {
        Files.deleteIfExists(left);
        continue;
      }
      try {
        Files.move(left, mine, StandardCopyOption.ATOMIC_MOVE);
        taken = true;
      } catch (NoSuchFileException e) {
        // Another process was quicker.
      }
    }
    return new PartFile(blob, mine, hash, bytes);
  }

  private static Path named(Path blob, PartOwner owner) {
    return blob.resolveSibling(blob.getFileName() + owner.suffix());
  }

  /// Parts of this content whose writers are gone, the longest first.
  private static List<Path> leftBehind(Path blob) throws IOException {
    var found = new ArrayList<Path>();
    try (DirectoryStream<Path> parts =
        Files.newDirectoryStream(
            blob.toAbsolutePath().getParent(), blob.getFileName() + ".*.incomplete")) {
      for (Path part : parts) {
        if (isLeftBehind(part)) {
          found.add(part);
        }
      }
    }
    found.sort(Comparator.comparingLong(PartFile::length).reversed());
    return found;
  }

  private static boolean isLeftBehind(Path part) throws IOException {
    try {
      Instant written = Files.getLastModifiedTime(part).toInstant();
      return PartOwner.of(String.valueOf(part.getFileName()))
          .filter(owner -> owner.gone(written, Instant.now()))
          .isPresent();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static long length(Path path) {
    try {
      return Files.size(path);
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readWhatIsThere() throws IOException {
    if (channel.size() > bytes) {
      restart();
      return;
    }
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    while (channel.read(chunk.clear()) > 0) {
      size += chunk.position();
      digest.update(chunk.flip());
    }
  }

  /// Bytes that are here.
  long size() {
    return size;
  }

  /// Bytes that still have to come.
  long left() {
    return bytes - size;
  }

  void append(byte[] data, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(data, 0, length);
    while (buffer.hasRemaining()) {
      channel.write(buffer, size + buffer.position());
    }
    digest.update(data, 0, length);
    size += length;
  }

  /// Throws all away.
  void restart() throws IOException {
    channel.truncate(0);
    digest = hash.digest(bytes);
    size = 0;
  }

  /// Gives the content its name, if it is the right one.
  ///
  /// @return false when it is not; nothing is left of it then
  boolean finish() throws IOException {
    if (left() != 0 || !hash.matches(digest.digest())) {
      restart();
      return false;
    }
    channel.force(true);
    Files.move(path, blob, StandardCopyOption.ATOMIC_MOVE);
    whole = true;
    return true;
  }

  /// Leaves what has come to whoever asks next.
  @Override
  public void close() throws IOException {
    channel.close();
    if (whole) {
      return;
    }
    if (size == 0) {
      Files.deleteIfExists(path);
    } else {
      Files.move(path, named(blob, PartOwner.released()), StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
