/// Element and block formats of stored weights: bytes to float32 and, where the reference packages
/// define it, float32 to bytes. One format a file. Imports nothing of ours.
@NullMarked
package io.smolvlm.tensor.block;

import org.jspecify.annotations.NullMarked;
