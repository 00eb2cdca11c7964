package io.smolvlm.tensor.ops;

import io.smolvlm.tensor.Matrix;
import org.jspecify.annotations.Nullable;

/// The weight of a layer norm (with bias) or of an RMS norm (without).
///
/// @param name as the checkpoint calls it
/// @param weight `[1, width]`
/// @param bias `[1, width]`, null for an RMS norm
/// @param eps added to the variance or the mean square
public record Norm(String name, Matrix weight, @Nullable Matrix bias, float eps) {}
