/// The gateway to libtorch: writes a network description as a TorchScript archive and runs it
/// through DJL.
///
/// The only package that imports `ai.djl`.
@NullMarked
package io.smolvlm.tensor.torch;

import org.jspecify.annotations.NullMarked;
