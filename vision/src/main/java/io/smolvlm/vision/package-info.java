/// From a picture file to image tokens: reading, resize, tiles, SigLIP, pixel shuffle, connector.
@NullMarked
package io.smolvlm.vision;

import org.jspecify.annotations.NullMarked;
