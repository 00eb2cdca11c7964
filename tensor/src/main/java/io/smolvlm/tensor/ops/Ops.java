package io.smolvlm.tensor.ops;

import org.jspecify.annotations.Nullable;

/// The operations in which the networks of the family are described, once, for every executor.
///
/// `V` is a value of the executor: a [io.smolvlm.tensor.Matrix] where kernels compute at once, a
/// name in a program where the description is written out for libtorch. Rows are tokens or patches;
/// widths stand in the comments as `[rows, width]`. A value handed to an operation may be
/// overwritten by it and is not used again, except for the argument of [#residual] and where said.
///
/// @param <V> a value of the executor
public interface Ops<V> {
  /// `[n, in] -> [n, out]`: x W^T + b. Leaves `x` as it is.
  V linear(V x, Linear weight);

  /// Mean and variance over each row, then weight and bias. Leaves `x` as it is.
  V layerNorm(V x, Norm norm);

  /// `x / sqrt(mean(x^2) + eps)` over each row, then the weight. Leaves `x` as it is.
  V rmsNorm(V x, Norm norm);

  /// `0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))`
  V geluTanh(V x);

  /// As [#linear], then [#geluTanh]: some executors do both in one pass. Leaves `x` as it is.
  default V linearGelu(V x, Linear weight) {
    return geluTanh(linear(x, weight));
  }

  /// `gate * sigmoid(gate) * up`
  V swiGlu(V gate, V up);

  /// Sum of two values of one shape.
  V add(V x, V y);

  /// Every row sees every row: `softmax(q k^T * scale + keyBias) v`, head by head.
  ///
  /// @param keyBias `[1, n]`, 0 for a key that is seen and minus infinity for one that is not; null
  ///   when all are
  V attention(V q, V k, V v, AttentionShape shape, @Nullable V keyBias);

  /// Each row sees its sequence up to itself. Queries and keys are rotated by their position, keys
  /// and values are appended to the sequence's memory of this layer, then as [#attention].
  V causalAttention(int layer, V q, V k, V v, AttentionShape shape);

  /// `[side * side, w] -> [(side / factor)^2, w * factor^2]`: each square of `factor x factor`
  /// neighbours becomes one row, their vectors row by row.
  V pixelShuffle(V x, int side, int factor);

  /// `x + branch`; whatever was made after `x` is free again afterwards.
  V residual(V x, V branch);

  /// Shows a value to whoever watches the network; others ignore it.
  default V tap(String name, V x) {
    return x;
  }

  /// As [#tap(String, Object)] for a value that each layer has; its name ends in the layer's
  /// number.
  default V tap(String name, int layer, V x) {
    return x;
  }
}
