/// JSON in and out: bounded, strict reading, and the one way of writing.
@NullMarked
package io.smolvlm.app.rest.json;

import org.jspecify.annotations.NullMarked;
