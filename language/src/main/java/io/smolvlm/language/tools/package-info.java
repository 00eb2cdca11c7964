/// Function calling as SmolLM2-Instruct was trained on it.
@NullMarked
package io.smolvlm.language.tools;

import org.jspecify.annotations.NullMarked;
