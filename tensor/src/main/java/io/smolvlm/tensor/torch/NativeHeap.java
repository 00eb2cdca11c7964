package io.smolvlm.tensor.torch;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// The memory that libtorch has from the C library.
final class NativeHeap {
  private static final @Nullable MethodHandle TRIM = trimming();

  private NativeHeap() {}

  @SuppressWarnings("restricted")
  private static @Nullable MethodHandle trimming() {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("malloc_trim")
        .map(symbol ->
            linker.downcallHandle(
                symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)))
        .orElse(null);
  }

  /// Gives pages that hold nothing back to the system; does nothing where the C library is not
  /// glibc. For after work that leaves holes: rounding the weights of an encoder of 93 million
  /// numbers left 95 MB of them.
  static void trim() {
    MethodHandle trim = TRIM;
    if (trim == null) {
      return;
    }
    try {
      var _ = (int) trim.invokeExact(0L);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("malloc_trim failed", e);
    }
  }
}
