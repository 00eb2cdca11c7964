package io.smolvlm.tensor.torch;

import io.smolvlm.tensor.ops.Linear;

/// How linear layers stand in a program.
interface LinearForm {
  /// Writes a layer down.
  ///
  /// @param gelu whether the tanh form of GELU follows
  /// @return the result's name
  String write(TorchOps ops, String x, Linear layer, boolean gelu);

  /// The type of a weight that libtorch has laid out once, empty when it takes weights as they are.
  /// [TorchOps#packed] then gives such a weight's place in the list.
  default String packedType() {
    return "";
  }

  /// The methods that it needs beside `forward`; one is `prepack(self, w: Tensor)` when there is a
  /// packed type.
  default String methods() {
    return "";
  }
}
