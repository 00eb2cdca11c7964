/// Picture reading in a process of its own, for pictures from outside: one that makes a decoder
/// hang, eat memory or crash then costs a process that was made for it.
@NullMarked
package io.smolvlm.vision.process;

import org.jspecify.annotations.NullMarked;
