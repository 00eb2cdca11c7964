/// Checkpoints written: with random weights of a member's shapes, or in another type or format.
@NullMarked
package io.smolvlm.models.convert;

import org.jspecify.annotations.NullMarked;
