package io.smolvlm.models.convert;

import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.Shape;

/// What became of one tensor.
///
/// @param name in the new file
/// @param from the type it was stored in
/// @param to the type it is stored in now
/// @param bytes it takes now
/// @param error root mean square of the differences over that of the numbers
public record TensorReport(
    String name, Shape shape, DType from, DType to, long bytes, double error) {}
