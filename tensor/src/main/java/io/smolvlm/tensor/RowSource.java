package io.smolvlm.tensor;

import java.lang.foreign.MemorySegment;

/// The numbers of a matrix, read or made some rows at a time: a writer that takes one holds a few
/// megabytes of a tensor of any size.
@FunctionalInterface
public interface RowSource {
  /// Gives rows `from` to `to` (exclusive) as float32.
  ///
  /// @param target receives `(to - from) * cols` numbers in native order, `cols` being the last
  ///   dimension of the tensor
  void rows(int from, int to, MemorySegment target);
}
