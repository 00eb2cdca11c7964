package io.smolvlm.models.engine;

import io.smolvlm.language.Decoder;
import io.smolvlm.language.GenerationConfig;
import io.smolvlm.language.TextConfig;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.vision.VisionTower;
import org.jspecify.annotations.Nullable;

/// What answers are made with. Decoder and encoder are used by the engine's thread alone.
///
/// @param vision null when the model reads text only
public record Networks(
    GenerationConfig generation,
    Tokenizer tokenizer,
    Decoder decoder,
    @Nullable VisionTower vision) {
  TextConfig text() {
    return decoder.config();
  }
}
