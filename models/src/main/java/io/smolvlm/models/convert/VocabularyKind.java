package io.smolvlm.models.convert;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/// The vocabularies of the family: how many rows the embedding table has and which added tokens
/// stand where. All share the ordinary tokens of SmolLM; the two whose own are other ones (Granite,
/// Llama 3) get those, and fillers up to their true size.
enum VocabularyKind {
  /// SmolLM and SmolLM2.
  TEXT(49_152),
  /// The 2.2B of the first generation: separators of tiles are spelled out as text.
  TEXT_SEPARATORS(49_155),
  /// The base models of 256M and 500M: without the reserved tokens.
  TILE_TOKENS_BASE(49_192),
  /// 256M, 500M, SmolVLM2 and SmolDocling.
  TILE_TOKENS(49_280),
  GRANITE(100_352),
  LLAMA3(128_259);

  private static final int ORDINARY = 49_152;
  private static final int LLAMA3_ORDINARY = 128_000;

  /// Added tokens of Llama 3 that are named; the others are reserved ones.
  private static final Map<Integer, String> LLAMA3_NAMED =
      Map.of(
          0, "<|begin_of_text|>",
          1, "<|end_of_text|>",
          4, "<|finetune_right_pad_id|>",
          6, "<|start_header_id|>",
          7, "<|end_header_id|>",
          8, "<|eom_id|>",
          9, "<|eot_id|>",
          10, "<|python_tag|>");

  private final int size;

  VocabularyKind(int size) {
    this.size = size;
  }

  /// Rows of the embedding table.
  int size() {
    return size;
  }

  /// Ordinary tokens, fillers included.
  int ordinary() {
    return switch (this) {
      case GRANITE -> 100_256;
      case LLAMA3 -> LLAMA3_ORDINARY;
      default -> ORDINARY;
    };
  }

  /// Added tokens by id.
  Map<Integer, String> added() {
    var added = new TreeMap<Integer, String>();
    switch (this) {
      case GRANITE -> {
        JsonNode file = PublishedFiles.json("granite-docling-258M/tokenizer_config.json");
        file.get("added_tokens_decoder")
            .properties()
            .forEach(token ->
                added.put(
                    Integer.valueOf(token.getKey()), token.getValue().get("content").textValue()));
        // Outside the embedding table, as published.
        added.put(size, "<end_of_utterance>");
      }
      case LLAMA3 -> {
        for (int i = 0; i < 256; i++) {
          added.put(
              LLAMA3_ORDINARY + i,
              LLAMA3_NAMED.getOrDefault(i, "<|reserved_special_token_" + i + "|>"));
        }
        textSeparators(added, 128_256);
      }
      default -> {
        for (JsonNode token : PublishedFiles.tokenizer().get("added_tokens")) {
          int limit = this == TEXT_SEPARATORS ? ORDINARY : size;
          if (token.get("id").intValue() < limit) {
            added.put(token.get("id").intValue(), token.get("content").textValue());
          }
        }
        if (this == TEXT_SEPARATORS) {
          textSeparators(added, ORDINARY);
        }
      }
    }
    return added;
  }

  private static void textSeparators(Map<Integer, String> added, int first) {
    added.put(first, "<fake_token_around_image>");
    added.put(first + 1, "<image>");
    added.put(first + 2, "<end_of_utterance>");
  }
}
