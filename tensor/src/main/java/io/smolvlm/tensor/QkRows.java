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
    return moved(stored, heads, arena, true);
  }

  /// The rows as a GGUF file has them: what [#restore] takes back. The same conditions hold.
  ///
  /// @param original `[heads * d, cols]` in the order of safetensors
  public static Tensor interleave(Tensor original, int heads, Arena arena) {
    return moved(original, heads, arena, false);
  }

  private static Tensor moved(Tensor tensor, int heads, Arena arena, boolean restore) {
    boolean vector = tensor.shape().rank() == 1;
    int rows = vector ? tensor.cols() : tensor.rows();
    if (heads < 1 || rows % heads != 0 || rows / heads % 2 != 0) {
      throw tensor.failure(
          ErrorCode.MISMATCH, rows + " rows", "an even number for each of " + heads + " heads");
    }
    if (vector && tensor.dtype().isBlocked()) {
      throw tensor.failure(
          ErrorCode.UNSUPPORTED, "a bias of type " + tensor.dtype(), "a plain type");
    }
    long rowBytes = tensor.data().byteSize() / rows;
    MemorySegment target = arena.allocate(tensor.data().byteSize(), Matrix.ALIGNMENT);
    int perHead = rows / heads;
    for (int stored = 0; stored < rows; stored++) {
      int within = stored % perHead;
      int original = stored - within + within / 2 + within % 2 * (perHead / 2);
      int from = restore ? stored : original;
      int to = restore ? original : stored;
      MemorySegment.copy(tensor.data(), rowBytes * from, target, rowBytes * to, rowBytes);
    }
    return new Tensor(tensor.file(), tensor.name(), tensor.dtype(), tensor.shape(), target);
  }
}
