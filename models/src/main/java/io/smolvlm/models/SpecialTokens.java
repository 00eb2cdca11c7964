package io.smolvlm.models;

import java.util.Map;

/// The texts of a checkpoint's special tokens. Their ids are the tokenizer's business: look them up
/// by text, never by arithmetic.
///
/// @param named by the names of tokenizer_config.json (`bos_token`, `eos_token`, `pad_token`,
///   `unk_token`, `image_token` ...): what chat templates may refer to
public record SpecialTokens(Map<String, String> named) {
  public SpecialTokens {
    named = Map.copyOf(named);
  }

  /// Stands for one picture in a prompt and, after expansion, for each row of its features.
  public String image() {
    return named.getOrDefault("image_token", ReferenceDefaults.IMAGE_TOKEN_TEXT);
  }

  /// Stands before and behind the features of a tile.
  public String fakeImage() {
    return named.getOrDefault("fake_image_token", ReferenceDefaults.FAKE_TOKEN_TEXT);
  }

  /// Announces the whole picture.
  public String globalImage() {
    return named.getOrDefault("global_image_token", ReferenceDefaults.GLOBAL_TOKEN_TEXT);
  }

  /// Ends a turn.
  public String endOfUtterance() {
    return named.getOrDefault("end_of_utterance_token", ReferenceDefaults.END_OF_UTTERANCE_TEXT);
  }

  /// Announces the tile of a row and column, both counted from 1; ordinary text where the
  /// vocabulary has no such token.
  public String tile(int row, int column) {
    return "<row_" + row + "_col_" + column + ">";
  }
}
