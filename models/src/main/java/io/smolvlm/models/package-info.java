/// The family assembled: configuration, weights, prompts with pictures, generation.
@NullMarked
package io.smolvlm.models;

import org.jspecify.annotations.NullMarked;
