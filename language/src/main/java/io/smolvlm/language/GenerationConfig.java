package io.smolvlm.language;

import java.util.Set;

/// What a checkpoint says about generating: the family stores ids only, no sampling defaults.
///
/// @param endTokens the checkpoint's own: any of these ends the answer; it is kept as the last
///   token
/// @param safetyTokens end an answer as well although the checkpoint does not list them: the ends
///   of text and of turns that its vocabulary knows
/// @param padToken fills rows of a batch, -1 when the checkpoint names none
/// @param forbiddenTokens ids that the tokenizer knows but the embedding table does not hold: never
///   chosen, never part of a prompt
public record GenerationConfig(
    Set<Integer> endTokens, Set<Integer> safetyTokens, int padToken, Set<Integer> forbiddenTokens) {
  public GenerationConfig {
    endTokens = Set.copyOf(endTokens);
    safetyTokens = Set.copyOf(safetyTokens);
    forbiddenTokens = Set.copyOf(forbiddenTokens);
  }

  /// Whether a generated token ends the answer.
  public boolean ends(int id) {
    return endTokens.contains(id) || safetyTokens.contains(id);
  }
}
