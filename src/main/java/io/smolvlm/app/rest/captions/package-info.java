/// POST /v1/captions: many pictures, one question, one answer each.
@NullMarked
package io.smolvlm.app.rest.captions;

import org.jspecify.annotations.NullMarked;
