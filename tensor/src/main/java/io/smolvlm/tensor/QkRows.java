package io.smolvlm.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The order of the rows of q and k projections in GGUF files.
///
/// llama.cpp rotates neighbouring pairs of a head, transformers the pairs (i, i + d/2). So its
/// converter interleaves the two halves of each head when it writes `blk.*.attn_q` and
/// `blk.*.attn_k`: within a head of d rows, stored row j is row `j / 2 + (j % 2) * d / 2` of the
/// original. q and k have their own numbers of heads. Vision projections are stored as they are.
public final class QkRows {
  private QkRows() {}

  /// The rows in the original order, for rotation of (i, i + d/2). Whole rows are moved, so the
  /// stored type stays and nothing is rounded.
  ///
  /// @param stored `[heads * d, cols]` as in the file, or a bias `[heads * d]` of a plain type
  /// @param heads query heads for q, key-value heads for k
  /// @param arena owns the new memory
  /// @throws FormatException `MISMATCH` if the rows are not `heads` times an even number
  public static Tensor restore(Tensor stored, int heads, Arena arena) {
    boolean vector = stored.shape().rank() == 1;
    int rows = vector ? stored.cols() : stored.rows();
    if (heads < 1 || rows % heads != 0 || rows / heads % 2 != 0) {
      throw stored.failure(
          ErrorCode.MISMATCH, rows + " rows", "an even number for each of " + heads + " heads");
    }
    if (vector && stored.dtype().isBlocked()) {
      throw stored.failure(
          ErrorCode.UNSUPPORTED, "a bias of type " + stored.dtype(), "a plain type");
    }
    long rowBytes = stored.data().byteSize() / rows;
    MemorySegment restored = arena.allocate(stored.data().byteSize(), Matrix.ALIGNMENT);
    int perHead = rows / heads;
    for (int row = 0; row < rows; row++) {
      int within = row % perHead;
      int original = row - within + within / 2 + within % 2 * (perHead / 2);
      MemorySegment.copy(stored.data(), rowBytes * row, restored, rowBytes * original, rowBytes);
    }
    return new Tensor(stored.file(), stored.name(), stored.dtype(), stored.shape(), restored);
  }
}
