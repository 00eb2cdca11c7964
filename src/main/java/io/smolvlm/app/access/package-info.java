/// Who may call the service: API keys from a file, and the check that stands before every route.
@NullMarked
package io.smolvlm.app.access;

import org.jspecify.annotations.NullMarked;
