/// POST /v1/responses: OpenAI's newer route, without stored state.
@NullMarked
package io.smolvlm.app.rest.responses;

import org.jspecify.annotations.NullMarked;
