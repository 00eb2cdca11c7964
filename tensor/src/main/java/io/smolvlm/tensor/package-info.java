/// Weight formats, memory-mapped tensors, matrices, vector kernels and the gateway to libtorch.
/// Imports nothing of ours.
@NullMarked
package io.smolvlm.tensor;

import org.jspecify.annotations.NullMarked;
