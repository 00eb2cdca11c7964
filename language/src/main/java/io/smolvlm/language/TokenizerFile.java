package io.smolvlm.language;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// What is read from a `tokenizer.json`.
///
/// @param vocabulary tokens and ids
/// @param withoutAdded the same file for the library: with no added tokens, without cutting,
///   padding and post-processing, and without the decoder, whose work is done here
record TokenizerFile(Vocabulary vocabulary, String withoutAdded) {
  /// @throws FormatException if it is no JSON, lacks a part, or is of a kind that is not read here
  static TokenizerFile parse(String file, String json) {
    var parser = new Parser(file, json);
    parser.run();
    return new TokenizerFile(
        new Vocabulary(file, parser.model, parser.added),
        parser.blanked.append(parser.tail()).toString());
  }

  private static final class Parser {
    private final String file;
    private final String json;
    private final JsonReader in;
    private final Map<String, Integer> model = new HashMap<>();
    private final List<AddedToken> added = new ArrayList<>();

    /// The file up to `copied`, with some values replaced.
    private final StringBuilder blanked = new StringBuilder();

    private int copied;
    private String modelType = "none";
    private boolean byteLevel;
    private boolean hasNormalizer;

    Parser(String file, String json) {
      this.file = file;
      this.json = json;
      this.in = new JsonReader(file, json);
    }

    void run() {
      in.object(this::part);
      in.end();
      if (!modelType.equals("BPE")) {
        throw unsupported("model", modelType, "BPE");
      }
      if (!byteLevel) {
        throw unsupported("decoder", "another one or none", "ByteLevel");
      }
      if (hasNormalizer && added.stream().anyMatch(AddedToken::normalized)) {
        throw unsupported("normalizer", "one that changes added tokens", "none");
      }
    }

    private FormatException unsupported(String part, String found, String needed) {
      return new FormatException(ErrorCode.UNSUPPORTED, file, part, found, needed);
    }

    String tail() {
      return json.substring(copied);
    }

    private void part(String key) {
      switch (key) {
        case "added_tokens" ->
            replace(
                "[]",
                () -> {
                  in.array(this::addedToken);
                  return in.skip();
                });
        case "truncation", "padding", "post_processor" -> replace("null", in::skip);
        case "normalizer" -> {
          Object normalizer = in.value();
          hasNormalizer = normalizer != null;
          NativeParts.checkNormalizer(file, normalizer);
        }
        case "pre_tokenizer" -> NativeParts.checkPreTokenizer(file, in.value());
        case "decoder" ->
            replace(
                "null",
                () -> {
                  byteLevel = endsInByteLevel(in.value());
                  return in.skip();
                });
        case "model" -> in.object(this::modelPart);
        default -> in.skip();
      }
    }

    /// Reads a value, and writes `with` in its place for the library.
    private void replace(String with, IntSupplier value) {
      blanked.append(json, copied, in.start()).append(with);
      copied = value.getAsInt();
    }

    private static boolean endsInByteLevel(@Nullable Object decoder) {
      if (!(decoder instanceof Map<?, ?> map)) {
        return false;
      }
      if (map.get("decoders") instanceof List<?> list && list.size() == 1) {
        return endsInByteLevel(list.getFirst());
      }
      return "ByteLevel".equals(map.get("type"));
    }

    private void modelPart(String key) {
      switch (key) {
        case "type" -> modelType = in.string();
        case "vocab" -> in.object(token -> model.put(token, id()));
        case "dropout", "continuing_subword_prefix", "end_of_word_suffix" -> {
          Object value = in.value();
          if (value != null && !value.equals("")) {
            throw unsupported("model." + key, value.toString(), "none");
          }
        }
        default -> in.skip();
      }
    }

    private int id() {
      return Math.clamp(in.integer(), -1, Integer.MAX_VALUE);
    }

    private void addedToken() {
      var token =
          new Object() {
            int id = -1;
            String content = "";
            boolean special;
            boolean singleWord;
            boolean lstrip;
            boolean rstrip;
            boolean normalized;
          };
      in.object(key -> {
        switch (key) {
          case "id" -> token.id = id();
          case "content" -> token.content = in.string();
          case "special" -> token.special = in.bool();
          case "single_word" -> token.singleWord = in.bool();
          case "lstrip" -> token.lstrip = in.bool();
          case "rstrip" -> token.rstrip = in.bool();
          case "normalized" -> token.normalized = in.bool();
          default -> in.skip();
        }
      });
      added.add(
          new AddedToken(
              token.id,
              token.content,
              token.special,
              token.singleWord,
              token.lstrip,
              token.rstrip,
              token.normalized));
    }
  }
}
