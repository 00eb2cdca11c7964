package io.smolvlm.models;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What configuration needs to know of a tokenizer: the tokens with a meaning of their own, by
/// text, and the largest id of the ordinary ones.
///
/// @param file that says so, for messages
/// @param added special and other added tokens, text to id
/// @param largest of the ordinary tokens' ids, -1 without ordinary tokens
/// @param largestText the token of that id
record Vocabulary(String file, Map<String, Integer> added, int largest, String largestText) {
  /// The files that tell added tokens, the strongest first. A folder without tokenizer.json (as of
  /// a configuration copied alone) is read as far as the others tell.
  static Vocabulary read(CheckpointFiles files) {
    Vocabulary first =
        TokenizerFile.readIfPresent(files)
            .orElse(new Vocabulary("tokenizer_config.json", Map.of(), -1, ""));
    var added = new LinkedHashMap<>(first.added);
    var origin = new LinkedHashMap<String, String>();
    first.added.keySet().forEach(text -> origin.put(text, first.file));
    files
        .json("tokenizer_config.json")
        .flatMap(config -> config.object("added_tokens_decoder"))
        .ifPresent(decoder -> merge(decoded(decoder), decoder.file(), added, origin));
    files
        .json("added_tokens.json")
        .ifPresent(tokens -> merge(plain(tokens), tokens.file(), added, origin));
    return new Vocabulary(first.file, added, first.largest, first.largestText);
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

  /// Refuses a tokenizer that can give ids which the embedding table does not hold.
  void checkFits(int rows, String configFile) {
    if (largest >= rows) {
      throw new FormatException(
          ErrorCode.MISMATCH,
          file,
          "token " + largestText,
          "id " + largest,
          "ids below vocab_size " + rows + " of " + configFile);
    }
  }
}
