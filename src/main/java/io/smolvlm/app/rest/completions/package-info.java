/// POST /v1/completions, and the routes that show text as tokens.
@NullMarked
package io.smolvlm.app.rest.completions;

import org.jspecify.annotations.NullMarked;
