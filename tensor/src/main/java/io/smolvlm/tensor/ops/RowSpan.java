package io.smolvlm.tensor.ops;

/// The next `rows` rows of a matrix belong to the sequence of `keyValues`, at its next positions.
///
/// The memory must have room for them; whoever runs the network lengthens it afterwards.
public record RowSpan(KeyValues keyValues, int rows) {}
