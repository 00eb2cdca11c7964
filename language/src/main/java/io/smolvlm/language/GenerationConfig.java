package io.smolvlm.language;

import java.util.Set;

/// What a checkpoint says about generating: the family stores ids only, no sampling defaults.
///
/// @param endTokens any of these ends the answer; it is kept as the last token
/// @param padToken fills rows of a batch, -1 when the checkpoint names none
public record GenerationConfig(Set<Integer> endTokens, int padToken) {
  public GenerationConfig {
    endTokens = Set.copyOf(endTokens);
  }
}
