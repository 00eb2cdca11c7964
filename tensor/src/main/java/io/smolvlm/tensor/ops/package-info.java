/// What networks are described in: one description, run by vector kernels or written out for
/// libtorch.
@NullMarked
package io.smolvlm.tensor.ops;

import org.jspecify.annotations.NullMarked;
