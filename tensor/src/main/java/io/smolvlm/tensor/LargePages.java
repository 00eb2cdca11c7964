package io.smolvlm.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// Memory in pages of 2 MiB where the system gives them on request (Linux, `madvise`), for what is
/// read from end to end in every step: with pages of 4 KiB, processors stop fetching ahead at the
/// end of each. Elsewhere it is an arena's usual memory.
///
/// Pieces are cut from large regions, so that small weights share pages. What is not written to
/// takes no memory. One thread at a time.
public final class LargePages implements SegmentAllocator {
  /// Bytes of a large page.
  static final long PAGE = 2L << 20;

  private static final long REGION = 64L << 20;

  private final Arena arena;
  private final long regionBytes;
  private MemorySegment region = MemorySegment.NULL;
  private long used;

  /// @param arena owns the memory: it is given back when the arena is closed
  public LargePages(Arena arena) {
    this(arena, REGION);
  }

  /// @param regionBytes least bytes of the regions from which pieces are cut
  LargePages(Arena arena, long regionBytes) {
    this.arena = arena;
    this.regionBytes = regionBytes;
  }

  /// Whether there are any: elsewhere all memory is an arena's, zeros written at once.
  static boolean available() {
    return Mapping.MMAP != null && Mapping.MUNMAP != null && Mapping.MADVISE != null;
  }

  /// Zeros.
  @Override
  public MemorySegment allocate(long bytes, long alignment) {
    long from = (used + alignment - 1) / alignment * alignment;
    if (from + bytes > region.byteSize()) {
      MemorySegment next = Mapping.of(Math.max(regionBytes, bytes + PAGE), arena);
      if (next == null) {
        return arena.allocate(bytes, alignment);
      }
      region = next;
      from = 0;
    }
    used = from + bytes;
    return region.asSlice(from, bytes);
  }

  /// The calls of the C library; none on systems that lack one of them.
  private static final class Mapping {
    private static final int READ_WRITE = 1 | 2;
    private static final int PRIVATE_ANONYMOUS = 2 | 0x20;
    private static final int HUGEPAGE = 14;
    private static final long FAILED = -1;

    private static final @Nullable MethodHandle MMAP =
        handle(
            "mmap",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG));
    private static final @Nullable MethodHandle MUNMAP =
        handle(
            "munmap",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final @Nullable MethodHandle MADVISE =
        handle(
            "madvise",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));

    private Mapping() {}

    @SuppressWarnings("restricted")
    private static @Nullable MethodHandle handle(String name, FunctionDescriptor descriptor) {
      if (!System.getProperty("os.name").equals("Linux")) {
        return null; // the numbers above are Linux's
      }
      Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find(name)
          .map(symbol -> linker.downcallHandle(symbol, descriptor))
          .orElse(null);
    }

    /// New pages that begin at a multiple of [#PAGE]; null when there are none to be had.
    @SuppressWarnings("restricted")
    static @Nullable MemorySegment of(long bytes, Arena arena) {
      MethodHandle map = MMAP;
      MethodHandle unmap = MUNMAP;
      MethodHandle advise = MADVISE;
      if (map == null || unmap == null || advise == null) {
        return null;
      }
      try {
        long whole = (bytes + 2 * PAGE - 1) / PAGE * PAGE;
        long address = (long) map.invokeExact(0L, whole, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
        if (address == FAILED) {
          return null;
        }
        MemorySegment.ofAddress(address).reinterpret(whole, arena, s -> release(unmap, s, whole));
        long first = (address + PAGE - 1) / PAGE * PAGE;
        long rest = address + whole - first;
        // Refused by kernels without large pages, and then nothing is lost.
        var _ = (int) advise.invokeExact(first, rest, HUGEPAGE);
        return MemorySegment.ofAddress(first).reinterpret(rest, arena, null);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("mmap failed", e);
      }
    }

    private static void release(MethodHandle unmap, MemorySegment s, long bytes) {
      try {
        var _ = (int) unmap.invokeExact(s.address(), bytes);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("munmap failed", e);
      }
    }
  }
}
