package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.HalfBlocks;
import io.smolvlm.tensor.ops.HalfLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/// Attention over keys and values in float16; sums are float32. One for each member of a team.
/// Allocates nothing once it has seen the longest sequence.
final class HalfAttention {
  /// Positions by which the memory for scores grows.
  private static final int GROWTH = 1024;

  /// Rows that are attended for together, so that keys and values are widened once for all.
  private static final int TOGETHER = 16;

  /// Scores that stay in the second-level cache: of long sequences fewer rows go together.
  private static final int CACHED = 64 << 10;

  private final HalfKernels kernels;
  private float[] queries = new float[0];
  private float[] scores = new float[0];
  private float[] mixed = new float[0];
  private float[] widened = new float[0];

  HalfAttention(HalfKernels kernels) {
    this.kernels = kernels;
  }

  /// Neighbouring rows and heads that read the same keys: for each `out = softmax(scale * q . k[j])
  /// v` over `count` keys for the first row, one more for each that follows.
  ///
  /// @param q the first head begins at column `column` of row `row`, the others follow
  /// @param rows how many
  /// @param heads how many
  /// @param keyHead whose keys and values they read
  /// @param out shaped as `q`, written at the same place
  void attend(
      Matrix q,
      int row,
      int rows,
      int column,
      int heads,
      HalfBlocks memory,
      int layer,
      int keyHead,
      int count,
      float scale,
      Matrix out) {
    int most = Math.clamp(CACHED / ((long) heads * (count + rows)), 1, TOGETHER);
    for (int i = 0; i < rows; i += most) {
      int some = Math.min(most, rows - i);
      together(q, row + i, some, column, heads, memory, layer, keyHead, count + i, scale, out);
    }
  }

  /// Head `h` of row `i` of them is number `i * heads + h` in `queries`, `scores` and `mixed`.
  private void together(
      Matrix q,
      int row,
      int rows,
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
    int longest = count + rows - 1;
    int height = layout.rows();
    int used = (longest + height - 1) / height;
    int apart = used * height;
    int width = layout.width();
    int headDim = layout.headDim();
    int all = rows * heads;
    reserve(all, apart, layout);
    for (int i = 0; i < rows; i++) {
      long from = 4L * ((long) (row + i) * q.cols() + column);
      load(q, from, heads * headDim, scale * HalfKernels.UNIT, i * heads * headDim);
    }
    Arrays.fill(scores, 0, all * apart, 0);
    for (int b = 0; b < used; b++) {
      kernels.multiply(
          blocks.get(b),
          layout.keysAt(layer, keyHead),
          headDim,
          headDim,
          height,
          queries,
          0,
          headDim,
          all,
          scores,
          b * height,
          apart,
          widened);
    }
    Arrays.fill(mixed, 0, all * width, 0);
    for (int n = 0; n < all; n++) {
      int seen = count + n / heads;
      // Behind the mixtures, since the scores are still needed.
      mixed[all * width + n] = kernels.exponentials(scores, n * apart, seen);
      Arrays.fill(scores, n * apart + seen, n * apart + longest, 0);
    }
    for (int b = 0; b < used; b++) {
      kernels.multiply(
          blocks.get(b),
          layout.valuesAt(layer, keyHead),
          height,
          Math.min(height, longest - b * height),
          width,
          scores,
          b * height,
          apart,
          all,
          mixed,
          0,
          width,
          widened);
    }
    for (int n = 0; n < all; n++) {
      int first = column + n % heads * headDim;
      long to = 4L * ((long) (row + n / heads) * out.cols() + first);
      float inverse = 1 / mixed[all * width + n];
      for (int d = 0; d < headDim; d++) {
        out.segment().set(ValueLayout.JAVA_FLOAT, to + 4L * d, mixed[n * width + d] * inverse);
      }
    }
  }

  private void reserve(int all, int positions, HalfLayout layout) {
    int width = layout.width();
    if (scores.length < all * positions) {
      scores = new float[all * ((positions + GROWTH - 1) / GROWTH * GROWTH)];
    }
    if (mixed.length < all * (width + 1)) {
      mixed = new float[all * (width + 1)];
    }
    if (queries.length < all * width) {
      queries = new float[all * width];
    }
    int strip = layout.strip() * Math.max(layout.rows(), layout.headDim());
    if (widened.length < strip) {
      widened = new float[strip];
    }
  }

  private void load(Matrix q, long from, int count, float factor, int to) {
    for (int i = 0; i < count; i++) {
      queries[to + i] = q.segment().get(ValueLayout.JAVA_FLOAT, from + 4L * i) * factor;
    }
  }
}
