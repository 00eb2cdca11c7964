package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.PackedWeight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// The rows that go into a packed weight: in arrays, whole blocks each, and where asked for also in
/// the form that 8-bit weights or 4-bit weights take.
///
/// In arrays because C2 proves indices of arrays to be in range once a loop, offsets into segments
/// each time: the sums of 8-bit weights are a fifth faster, those of 4-bit weights 60 %.
final class Activations {
  private static final int BLOCK = PackedWeight.BLOCK;

  /// Rows that lie side by side in [#quads].
  static final int QUAD = 4;

  private int rows;
  private int blocks;
  private float[] numbers = new float[0];
  private float[] less = new float[0];
  private float[] quads = new float[0];
  private int[] pairs = new int[0];
  private float[] scales = new float[0];

  int rows() {
    return rows;
  }

  /// Blocks of a row.
  int blocks() {
    return blocks;
  }

  /// Where a row begins in [#numbers] and [#less]; in [#pairs] at half, in [#scales] at a sixteenth
  /// of this.
  int at(int row) {
    return row * blocks * BLOCK;
  }

  /// `[rows, blocks * 32]`, zeros at the end of each row
  float[] numbers() {
    return numbers;
  }

  /// As [#numbers], less 1/256 of the next but in the last of every four.
  float[] less() {
    return less;
  }

  /// `[rows / 4, blocks * 32, 4]`: of every four rows, a row fewer than four left out, what [#less]
  /// holds, side by side.
  float[] quads() {
    return quads;
  }

  /// Two levels a word, the first in its low half.
  int[] pairs() {
    return pairs;
  }

  /// For each block its scale and its scale times the sum of its levels.
  float[] scales() {
    return scales;
  }

  /// Takes over the numbers of a matrix.
  void load(Matrix x) {
    rows = x.rows();
    blocks = Math.ceilDiv(x.cols(), BLOCK);
    int width = blocks * BLOCK;
    if (numbers.length < Math.multiplyExact(rows, width) + 1) {
      numbers = new float[rows * width + 1];
    }
    for (int r = 0; r < rows; r++) {
      MemorySegment.copy(
          x.segment(), ValueLayout.JAVA_FLOAT, 4L * r * x.cols(), numbers, r * width, x.cols());
      Arrays.fill(numbers, r * width + x.cols(), (r + 1) * width, 0f);
    }
  }

  /// Makes [#less] of what was loaded.
  void lessNext(PackedKernels kernels) {
    if (less.length < numbers.length) {
      less = new float[numbers.length];
    }
    kernels.lessNext(numbers, rows * blocks * BLOCK, less);
    sideBySide();
  }

  private void sideBySide() {
    int width = blocks * BLOCK;
    int whole = rows / QUAD * QUAD;
    if (quads.length < whole * width) {
      quads = new float[whole * width];
    }
    for (int r = 0; r < whole; r++) {
      int to = at(r / QUAD * QUAD) + r % QUAD;
      for (int k = 0; k < width; k++) {
        quads[to + QUAD * k] = less[at(r) + k];
      }
    }
  }

  /// Rounds what was loaded to 8 bits.
  void quantise(PackedKernels kernels) {
    int all = rows * blocks;
    if (pairs.length < all * BLOCK / 2) {
      pairs = new int[all * BLOCK / 2];
      scales = new float[2 * all];
    }
    kernels.quantise(numbers, 0, all, pairs, scales);
  }
}
