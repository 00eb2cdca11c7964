package io.smolvlm.language;

import io.smolvlm.tensor.Matrix;

/// The embedding table, row by row, wherever it is kept.
@FunctionalInterface
public interface Embeddings {
  /// Copies the embedding of a token.
  ///
  /// @param row of `x`, `[rows, hidden]`, written
  /// @throws IndexOutOfBoundsException for an id outside the vocabulary
  void copy(int id, Matrix x, int row);

  /// @param table `[vocabulary, hidden]`
  static Embeddings of(Matrix table) {
    return (id, x, row) -> x.slice(row, row + 1).copyFrom(table.slice(id, id + 1));
  }
}
