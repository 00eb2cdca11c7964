package io.smolvlm.models;

import io.smolvlm.language.GenerationConfig;
import io.smolvlm.language.TextConfig;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All that a checkpoint's configuration says, checked against itself and filled up with the
/// reference's defaults.
///
/// @param modelType `llama` (text only), `idefics3` or `smolvlm`
/// @param storedType the weights' type as the file names it, as in `bfloat16`; empty when it does
///   not
/// @param text the decoder
/// @param picturesOrNull the encoder and what leads to it; see [#pictures]
/// @param generation end tokens and the like
/// @param specialTokens their texts
public record ModelConfig(
    String modelType,
    String storedType,
    TextConfig text,
    @Nullable PictureConfig picturesOrNull,
    GenerationConfig generation,
    SpecialTokens specialTokens) {

  /// How the model sees; empty when it reads text only.
  public Optional<PictureConfig> pictures() {
    return Optional.ofNullable(picturesOrNull);
  }
}
