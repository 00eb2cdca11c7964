package io.smolvlm.tensor.ops;

import io.smolvlm.tensor.Matrix;
import org.jspecify.annotations.Nullable;

/// The weight of a linear layer, `y = x W^T + b`, in float32.
///
/// @param name as the checkpoint calls it
/// @param weight `[out, in]`
/// @param bias `[1, out]`, or null when the layer has none
public record Linear(String name, Matrix weight, @Nullable Matrix bias) {
  public Linear {
    if (bias != null && bias.cols() != weight.rows()) {
      throw new IllegalArgumentException(name + ": bias " + bias + " for weight " + weight);
    }
  }

  /// Width of the rows it takes.
  public int in() {
    return weight.cols();
  }

  /// Width of the rows it gives.
  public int out() {
    return weight.rows();
  }
}
