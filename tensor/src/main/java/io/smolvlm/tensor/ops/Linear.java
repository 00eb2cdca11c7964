package io.smolvlm.tensor.ops;

import io.smolvlm.tensor.Matrix;
import org.jspecify.annotations.Nullable;

/// A linear layer, `y = x W^T + b`.
///
/// @param name as the checkpoint calls it
/// @param weight `[out, in]`
/// @param bias `[1, out]`, or null when the layer has none
public record Linear(String name, LinearWeight weight, @Nullable Matrix bias) {
  public Linear {
    if (bias != null && bias.cols() != weight.out()) {
      throw new IllegalArgumentException(
          name + ": bias " + bias + " for a weight of " + weight.out() + " outputs");
    }
  }

  /// In float32.
  ///
  /// @param matrix `[out, in]`
  public Linear(String name, Matrix matrix, @Nullable Matrix bias) {
    this(name, new FloatWeight(matrix), bias);
  }

  /// Width of the rows it takes.
  public int in() {
    return weight.in();
  }

  /// Width of the rows it gives.
  public int out() {
    return weight.out();
  }
}
