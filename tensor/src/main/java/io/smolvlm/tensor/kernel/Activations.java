package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.PackedWeight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The rows that go into a packed weight: in arrays, whole blocks each, and in the form that 8-bit
/// weights or 4-bit weights take.
///
/// In arrays because C2 proves indices of arrays to be in range once a loop, offsets into segments
/// each time: the sums of 8-bit weights are a fifth faster, those of 4-bit weights 60 %.
final class Activations {
  private static final int BLOCK = PackedWeight.BLOCK;

  /// What weights are multiplied with.
  enum Form {
    /// 8-bit weights: [#less], and [#quads] of it.
    LESS,
    /// 4-bit weights: [#pairs], [#pairQuads] of them and [#scales].
    ROUNDED
  }

  /// Rows that lie side by side in [#quads] and [#pairQuads].
  static final int QUAD = 4;

  private @Nullable Matrix from;
  private Form form = Form.LESS;
  private int rows;
  private int blocks;
  private float[] numbers = new float[0];
  private float[] less = new float[0];
  private float[] quads = new float[0];
  private int[] pairs = new int[0];
  private int[] pairQuads = new int[0];
  private float[] scales = new float[0];

  int rows() {
    return rows;
  }

  /// Blocks of a row.
  int blocks() {
    return blocks;
  }

  /// Where a row begins in [#less]; in [#pairs] at half, in [#scales] at a sixteenth of this.
  int at(int row) {
    return row * blocks * BLOCK;
  }

  /// `[rows, blocks * 32]`, zeros at the end of each row: the numbers less 1/256 of the next, but
  /// in the last of every four.
  float[] less() {
    return less;
  }

  /// `[rows / 4, blocks * 32, 4]`: every four rows of [#less] side by side, without the rest.
  float[] quads() {
    return quads;
  }

  /// Two levels a word, the first in its low half.
  int[] pairs() {
    return pairs;
  }

  /// `[rows / 4, blocks * 16, 4]`: every four rows of [#pairs] side by side, without the rest.
  int[] pairQuads() {
    return pairQuads;
  }

  /// For each block its scale and its scale times the sum of its levels.
  float[] scales() {
    return scales;
  }

  /// Makes room for the numbers of a matrix.
  void reserve(Matrix x, Form newForm) {
    from = x;
    form = newForm;
    rows = x.rows();
    blocks = Math.ceilDiv(x.cols(), BLOCK);
    int all = Math.multiplyExact(Math.ceilDiv(rows, QUAD) * QUAD, blocks * BLOCK);
    if (numbers.length < all + 1) {
      numbers = new float[all + 1];
    }
    if (form == Form.ROUNDED) {
      if (pairs.length < all / 2) {
        pairs = new int[all / 2];
        pairQuads = new int[all / 2];
        scales = new float[all / 16];
      }
    } else if (quads.length < all) {
      quads = new float[all];
    }
    if (form == Form.LESS && less.length < numbers.length) {
      less = new float[numbers.length];
    }
  }

  /// Takes over some rows.
  ///
  /// @param first a multiple of 4
  /// @param last a multiple of 4, or the number of rows
  void prepare(PackedKernels kernels, int first, int last) {
    Matrix x = Objects.requireNonNull(from);
    int width = blocks * BLOCK;
    for (int r = first; r < last; r++) {
      MemorySegment.copy(
          x.segment(), ValueLayout.JAVA_FLOAT, 4L * r * x.cols(), numbers, at(r), x.cols());
      Arrays.fill(numbers, at(r) + x.cols(), at(r + 1), 0f);
    }
    int whole = first + (last - first) / QUAD * QUAD;
    switch (form) {
      case LESS -> {
        kernels.lessNext(numbers, at(first), (last - first) * width, less);
        sideBySide(less, first, whole);
      }
      case ROUNDED -> {
        kernels.quantise(numbers, at(first), (last - first) * blocks, pairs, scales);
        pairsSideBySide(first, whole);
      }
    }
  }

  private void sideBySide(float[] x, int first, int last) {
    int width = blocks * BLOCK;
    for (int r = first; r < last; r += QUAD) {
      int at = at(r);
      for (int k = at, to = at; k < at + width; k++, to += QUAD) {
        quads[to] = x[k];
        quads[to + 1] = x[k + width];
        quads[to + 2] = x[k + 2 * width];
        quads[to + 3] = x[k + 3 * width];
      }
    }
  }

  private void pairsSideBySide(int first, int last) {
    int width = blocks * BLOCK / 2;
    for (int r = first; r < last; r += QUAD) {
      int at = at(r) / 2;
      for (int k = at, to = at; k < at + width; k++, to += QUAD) {
        pairQuads[to] = pairs[k];
        pairQuads[to + 1] = pairs[k + width];
        pairQuads[to + 2] = pairs[k + 2 * width];
        pairQuads[to + 3] = pairs[k + 3 * width];
      }
    }
  }
}
