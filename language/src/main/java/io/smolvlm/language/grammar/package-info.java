/// Answers held to a JSON schema.
@NullMarked
package io.smolvlm.language.grammar;

import org.jspecify.annotations.NullMarked;
