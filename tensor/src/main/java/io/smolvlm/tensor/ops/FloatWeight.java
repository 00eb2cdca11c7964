package io.smolvlm.tensor.ops;

import io.smolvlm.tensor.Matrix;

/// A weight in float32, row by row: exact.
///
/// @param matrix `[out, in]`
public record FloatWeight(Matrix matrix) implements LinearWeight {
  @Override
  public int in() {
    return matrix.cols();
  }

  @Override
  public int out() {
    return matrix.rows();
  }
}
