package io.smolvlm.models.hub;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;

/// The lock of one content in the cache, the same that huggingface_hub takes: `flock` on Unix,
/// which Java's own file locks (`fcntl`) do not see; a locked byte on Windows. It spares a second
/// download and no more: what is right in the cache does not hang on it, so a file system without
/// locks is no reason to stop.
///
/// Ends with the process, however that ends.
final class DownloadLock implements AutoCloseable {
  private interface Release {
    void run() throws IOException;
  }

  private final Release release;

  private DownloadLock(Release release) {
    this.release = release;
  }

  /// The lock, or empty while somebody else has it.
  static Optional<DownloadLock> tryTake(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      // Lock files stay.
    }
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")
        ? ofJava(file)
        : Flock.tryTake(file);
  }

  private static Optional<DownloadLock> ofJava(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      taken = channel.tryLock(0, 1, false) != null;
    } catch (OverlappingFileLockException e) {
      // Another thread of this process has it.
    } finally {
      if (!taken) {
        channel.close();
      }
    }
    return taken ? Optional.of(new DownloadLock(channel::close)) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    release.run();
  }

  /// The three calls of the C library.
  private static final class Flock {
    private static final int O_RDWR = 2;
    private static final int EXCLUSIVE_NOW = 2 | 4;

    /// EAGAIN of Linux and of the BSDs.
    private static final int TAKEN_LINUX = 11;

    private static final int TAKEN_BSD = 35;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle OPEN =
        handle(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle FLOCK =
        handle(
            "flock",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle CLOSE =
        handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Flock() {}

    @SuppressWarnings("restricted")
    private static MethodHandle handle(
        String name, FunctionDescriptor descriptor, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
    }

    static Optional<DownloadLock> tryTake(Path file) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        int descriptor =
            (int) OPEN.invokeExact(arena.allocateFrom(file.toAbsolutePath().toString()), O_RDWR);
        if (descriptor < 0) {
          throw new IOException(file + ": the lock cannot be opened");
        }
        MemorySegment state = arena.allocate(STATE);
        int result = (int) FLOCK.invokeExact(state, descriptor, EXCLUSIVE_NOW);
        int error = result == 0 ? 0 : (int) ERRNO.get(state, 0L);
        if (error == TAKEN_LINUX || error == TAKEN_BSD) {
          close(descriptor);
          return Optional.empty();
        }
        return Optional.of(new DownloadLock(() -> close(descriptor)));
      } catch (IOException | RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("flock failed", e);
      }
    }

    private static void close(int descriptor) throws IOException {
      try {
        var _ = (int) CLOSE.invokeExact(descriptor);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("close failed", e);
      }
    }
  }
}
