package io.smolvlm.tensor.block;

import java.lang.foreign.MemorySegment;

/// How a run of numbers is stored: blocks of [#elements] numbers in [#bytes] bytes, little-endian.
/// A plain type has blocks of one element.
///
/// Implementations are stateless and may be used by many threads at once. They trust their callers:
/// the segments must hold the asked range, otherwise [IndexOutOfBoundsException] is thrown. Numbers
/// are exactly those that gguf-py 0.19 (`gguf/quants.py`) and ggml compute, in the same order of
/// float32 operations.
public interface BlockFormat {
  /// Numbers in a block.
  int elements();

  /// Bytes of a block.
  int bytes();

  /// Writes `blocks * elements()` float32 numbers.
  ///
  /// @param from stored blocks, the first at byte `fromAt`
  /// @param to receives float32 in native order, the first at byte `toAt`; any alignment
  void decode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks);

  /// True if [#encode] is implemented; k-quants and integers are only read.
  default boolean encodes() {
    return false;
  }

  /// Stores `blocks * elements()` float32 numbers as blocks, rounding as ggml does.
  ///
  /// @throws UnsupportedOperationException unless [#encodes]
  default void encode(MemorySegment from, long fromAt, MemorySegment to, long toAt, int blocks) {
    throw new UnsupportedOperationException(getClass().getSimpleName() + " is only read");
  }
}
