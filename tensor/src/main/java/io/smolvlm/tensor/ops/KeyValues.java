package io.smolvlm.tensor.ops;

import io.smolvlm.tensor.Matrix;

/// The keys and values of one sequence, as attention reads and writes them.
public interface KeyValues {
  /// Positions that hold keys and values already.
  int length();

  /// Rotated keys of a layer, `[at least length + new rows, key-value width]`.
  Matrix keys(int layer);

  /// Values of a layer, shaped as [#keys].
  Matrix values(int layer);
}
