/// The one scheduler: requests in, events out, for every caller of a model.
@NullMarked
package io.smolvlm.models.engine;

import org.jspecify.annotations.NullMarked;
