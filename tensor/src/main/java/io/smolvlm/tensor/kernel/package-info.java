/// Vector API kernels with scalar twins, and the executor that runs a network description with
/// them.
///
/// The only package that imports `jdk.incubator.vector`.
@NullMarked
package io.smolvlm.tensor.kernel;

import org.jspecify.annotations.NullMarked;
