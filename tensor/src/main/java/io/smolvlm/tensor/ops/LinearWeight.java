package io.smolvlm.tensor.ops;

/// The matrix of a linear layer, `[out, in]`, in the form that its precision keeps it in.
///
/// Another precision is another form of this weight, never another description of a network.
public sealed interface LinearWeight permits FloatWeight, Bf16Weight, PackedWeight {
  /// Width of the rows it takes.
  int in();

  /// Width of the rows it gives.
  int out();
}
