package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.HalfBlocks;
import io.smolvlm.tensor.ops.HalfLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/// Attention of one row over keys and values in float16; sums are float32. One for each member of a
/// team. Allocates nothing once it has seen the longest sequence.
final class HalfAttention {
  /// Positions by which the memory for scores grows.
  private static final int GROWTH = 1024;

  private final HalfKernels kernels;
  private float[] queries = new float[0];
  private float[] scores = new float[0];
  private float[] mixed = new float[0];

  HalfAttention(HalfKernels kernels) {
    this.kernels = kernels;
  }

  /// Heads that read the same keys: for each `out = softmax(scale * q . k[j]) v` over `count` keys.
  ///
  /// @param q the first head begins at column `column` of row `row`, the others follow
  /// @param heads how many
  /// @param keyHead whose keys and values they read
  /// @param out shaped as `q`, written at the same place
  void attend(
      Matrix q,
      int row,
      int column,
      int heads,
      HalfBlocks memory,
      int layer,
      int keyHead,
      int count,
      float scale,
      Matrix out) {
    HalfLayout layout = memory.layout();
    List<MemorySegment> blocks = memory.blocks();
    int rows = layout.rows();
    int used = (count + rows - 1) / rows;
    int apart = used * rows;
    int width = layout.width();
    int headDim = layout.headDim();
    reserve(heads, apart, width);
    load(q, 4L * ((long) row * q.cols() + column), heads * headDim, scale * HalfKernels.UNIT);
    Arrays.fill(scores, 0, heads * apart, 0);
    for (int b = 0; b < used; b++) {
      kernels.multiply(
          blocks.get(b),
          layout.keysAt(layer, keyHead),
          headDim,
          headDim,
          rows,
          queries,
          0,
          headDim,
          heads,
          scores,
          b * rows,
          apart);
    }
    Arrays.fill(mixed, 0, heads * width, 0);
    for (int h = 0; h < heads; h++) {
      // Behind the head's mixture, since its scores are still needed.
      mixed[heads * width + h] = kernels.exponentials(scores, h * apart, count);
    }
    for (int b = 0; b < used; b++) {
      kernels.multiply(
          blocks.get(b),
          layout.valuesAt(layer, keyHead),
          rows,
          Math.min(rows, count - b * rows),
          width,
          scores,
          b * rows,
          apart,
          heads,
          mixed,
          0,
          width);
    }
    for (int h = 0; h < heads; h++) {
      int first = column + h * headDim;
      long to = 4L * ((long) row * out.cols() + first);
      float inverse = 1 / mixed[heads * width + h];
      for (int d = 0; d < headDim; d++) {
        out.segment().set(ValueLayout.JAVA_FLOAT, to + 4L * d, mixed[h * width + d] * inverse);
      }
    }
  }

  private void reserve(int heads, int positions, int width) {
    if (scores.length < heads * positions) {
      scores = new float[heads * ((positions + GROWTH - 1) / GROWTH * GROWTH)];
    }
    if (mixed.length < heads * (width + 1)) {
      mixed = new float[heads * (width + 1)];
    }
    if (queries.length < heads * width) {
      queries = new float[heads * width];
    }
  }

  private void load(Matrix q, long from, int count, float factor) {
    for (int i = 0; i < count; i++) {
      queries[i] = q.segment().get(ValueLayout.JAVA_FLOAT, from + 4L * i) * factor;
    }
  }
}
