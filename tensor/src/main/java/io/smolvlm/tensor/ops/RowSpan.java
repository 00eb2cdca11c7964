package io.smolvlm.tensor.ops;

/// The next rows of a matrix belong to one sequence, at its next positions.
///
/// The sequence's memory must have room for them; whoever runs the network lengthens it afterwards.
public interface RowSpan {
  /// The sequence's memory.
  KeyValues keyValues();

  /// How many rows.
  int rows();
}
