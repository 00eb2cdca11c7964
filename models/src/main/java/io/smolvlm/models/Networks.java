package io.smolvlm.models;

import io.smolvlm.language.Decoder;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.vision.VisionTower;
import org.jspecify.annotations.Nullable;

/// What an answer is made with. Decoder and encoder are used by one thread at a time.
///
/// @param vision null when the model reads text only
record Networks(
    ModelConfig config, Tokenizer tokenizer, Decoder decoder, @Nullable VisionTower vision) {}
