package io.smolvlm.models;

import io.smolvlm.language.Tokenizer;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What configuration needs to know of a tokenizer: the tokens with a meaning of their own, by
/// text, and whether the ordinary ones fit the embedding table.
///
/// @param file that says so, for messages
/// @param added special and other added tokens, text to id
/// @param tokenizer null where only the small files are at hand
record Vocabulary(String file, Map<String, Integer> added, @Nullable Tokenizer tokenizer) {
  /// The tokenizer's file of a checkpoint folder.
  static final String TOKENIZER = "tokenizer.json";

  /// What a folder's files say: its tokenizer, and the added tokens that companions repeat. A
  /// folder without tokenizer (as of a configuration copied alone) is read as far as those tell.
  ///
  /// @throws FormatException when two files give a token different ids
  static Vocabulary read(CheckpointFiles files, @Nullable Tokenizer tokenizer) {
    var added = new LinkedHashMap<String, Integer>();
    var origin = new LinkedHashMap<String, String>();
    if (tokenizer != null) {
      added.putAll(tokenizer.addedTokens());
      added.keySet().forEach(text -> origin.put(text, TOKENIZER));
    }
    files
        .json("tokenizer_config.json")
        .flatMap(config -> config.object("added_tokens_decoder"))
        .ifPresent(decoder -> merge(decoded(decoder), decoder.file(), added, origin));
    files
        .json("added_tokens.json")
        .ifPresent(tokens -> merge(plain(tokens), tokens.file(), added, origin));
    return new Vocabulary(
        tokenizer == null ? "tokenizer_config.json" : TOKENIZER, added, tokenizer);
  }

  private static Map<String, Integer> decoded(JsonObject decoder) {
    var all = new LinkedHashMap<String, Integer>();
    for (String key : decoder.keys()) {
      int id;
      try {
        id = Integer.parseInt(key);
      } catch (NumberFormatException e) {
        throw decoder.refuse(ErrorCode.MISMATCH, key, "token ids as keys");
      }
      decoder.token(key).ifPresent(text -> all.put(text, id));
    }
    return all;
  }

  private static Map<String, Integer> plain(JsonObject tokens) {
    var all = new LinkedHashMap<String, Integer>();
    tokens.keys().forEach(text -> all.put(text, tokens.integer(text)));
    return all;
  }

  private static void merge(
      Map<String, Integer> more,
      String file,
      Map<String, Integer> added,
      Map<String, String> origin) {
    more.forEach((text, id) -> {
      Integer known = added.putIfAbsent(text, id);
      origin.putIfAbsent(text, file);
      if (known != null && !known.equals(id)) {
        throw new FormatException(
            ErrorCode.MISMATCH,
            file,
            text,
            "id " + id,
            "id " + known + " as in " + origin.get(text));
      }
    });
  }

  Optional<Integer> id(String text) {
    return Optional.ofNullable(added.get(text));
  }

  /// Added tokens that an embedding table of so many rows does not hold.
  Set<Integer> beyond(int rows) {
    return added.values().stream().filter(id -> id >= rows).collect(Collectors.toSet());
  }

  /// Refuses a tokenizer whose ordinary tokens have ids that the embedding table does not hold.
  void checkFits(int rows, String configFile) {
    if (tokenizer == null) {
      return;
    }
    for (int id = rows; id < tokenizer.vocabularySize(); id++) {
      String token = tokenizer.tokenOf(id).orElse("");
      if (!token.isEmpty() && !added.containsKey(token)) {
        throw new FormatException(
            ErrorCode.MISMATCH,
            file,
            "token '" + (token.length() > 40 ? token.substring(0, 40) + "..." : token) + "'",
            "id " + id,
            "ids below vocab_size " + rows + " of " + configFile);
      }
    }
  }
}
