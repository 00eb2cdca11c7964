package io.smolvlm.tensor.torch;

/// In which numbers libtorch computes a network. Norms, and what branches are added to, are float32
/// in each.
public enum Arithmetic {
  /// Everything in float32.
  FLOAT32,
  /// Linear layers and attention in bfloat16, sums of products in float32: twice as fast where the
  /// processor multiplies such numbers, see [Bfloat16Speed], and slow where it does not.
  BFLOAT16,
  /// Linear layers in 8 bits, weights rounded with a scale for each output, activations with a
  /// scale for each row; attention in float32. For processors without bfloat16.
  INT8,
  /// Linear layers in 8 bits, weights rounded with a scale for each output, activations with one
  /// scale and zero for all; attention in bfloat16.
  INT8_BFLOAT16
}
