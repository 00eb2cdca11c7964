/// From text to tokens to text: tokenizer, chat template, decoder, KV cache, sampling.
@NullMarked
package io.smolvlm.language;

import org.jspecify.annotations.NullMarked;
