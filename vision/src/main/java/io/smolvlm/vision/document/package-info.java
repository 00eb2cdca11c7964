/// Documents as pictures of their pages.
@NullMarked
package io.smolvlm.vision.document;

import org.jspecify.annotations.NullMarked;
