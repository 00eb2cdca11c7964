package io.smolvlm.language;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/// The tokenizer as a GGUF file's metadata holds it (keys `tokenizer.ggml.*`).
///
/// @param file name for errors
/// @param model `gpt2`, the only kind read here
/// @param pre how text is cut before merging: `smollm` and its equals, `gpt-2`, `default`
/// @param tokens by id
/// @param merges as `"a b"`, best first
/// @param tokenTypes one for each token, or empty when the file has none
public record GgufVocabulary(
    String file,
    String model,
    String pre,
    List<String> tokens,
    List<String> merges,
    List<Integer> tokenTypes) {
  private static final int NORMAL = 1;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;

  private static final String BYTE_LEVEL =
      "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":";

  /// The same as a `tokenizer.json` would say.
  ///
  /// @throws FormatException for another kind of tokenizer, or when the parts contradict each other
  TokenizerFile toTokenizerFile() {
    if (!model.equals("gpt2")) {
      throw new FormatException(
          ErrorCode.UNSUPPORTED, file, "tokenizer.ggml.model", "'" + model + "'", "'gpt2'");
    }
    if (tokens.isEmpty() || tokens.size() > Vocabulary.MAX_SIZE) {
      throw new FormatException(
          ErrorCode.MISMATCH,
          file,
          "tokenizer.ggml.tokens",
          tokens.size() + " tokens",
          "1 to " + Vocabulary.MAX_SIZE);
    }
    if (!tokenTypes.isEmpty() && tokenTypes.size() != tokens.size()) {
      throw new FormatException(
          ErrorCode.MISMATCH,
          file,
          "tokenizer.ggml.token_type",
          tokenTypes.size() + " types",
          tokens.size() + ", one a token");
    }
    Map<String, Integer> ids = HashMap.newHashMap(tokens.size());
    List<AddedToken> added = new ArrayList<>();
    var json = new StringBuilder(tokens.size() * 40);
    json.append("{\"version\":\"1.0\",\"added_tokens\":[],\"normalizer\":null,\"pre_tokenizer\":");
    json.append(preTokenizer());
    json.append(",\"post_processor\":null,\"decoder\":");
    json.append(BYTE_LEVEL).append("true},\"model\":{\"type\":\"BPE\",\"vocab\":{");
    for (int id = 0; id < tokens.size(); id++) {
      String token = tokens.get(id);
      if (ids.putIfAbsent(token, id) != null) {
        throw new FormatException(
            ErrorCode.MISMATCH, file, "tokenizer.ggml.tokens", "token " + id + " twice", "once");
      }
      int type = tokenTypes.isEmpty() ? NORMAL : tokenTypes.get(id);
      switch (type) {
        case CONTROL, USER_DEFINED -> added.add(AddedToken.plain(id, token, type == CONTROL));
        case NORMAL, UNUSED -> {}
        default ->
            throw new FormatException(
                ErrorCode.UNSUPPORTED,
                file,
                "tokenizer.ggml.token_type",
                "type " + type + " of token " + id,
                "1 normal, 3 control, 4 user-defined or 5 unused");
      }
      json.append(id == 0 ? "" : ",");
      quote(json, token);
      json.append(':').append(id);
    }
    json.append("},\"merges\":[");
    for (int i = 0; i < merges.size(); i++) {
      json.append(i == 0 ? "" : ",");
      quote(json, merges.get(i));
    }
    json.append("]}}");
    return new TokenizerFile(new Vocabulary(file, ids, added), json.toString());
  }

  /// The same as the text of a `tokenizer.json`, added tokens included.
  ///
  /// @throws FormatException for another kind of tokenizer, or when the parts contradict each other
  public String toTokenizerJson() {
    TokenizerFile content = toTokenizerFile();
    var added = new StringBuilder();
    for (AddedToken token : content.vocabulary().added()) {
      added.append(added.isEmpty() ? "" : ",").append("{\"id\":").append(token.id());
      added.append(",\"content\":");
      quote(added, token.content());
      added.append(",\"single_word\":false,\"lstrip\":false,\"rstrip\":false");
      added.append(",\"normalized\":false,\"special\":").append(token.special()).append('}');
    }
    return content
        .withoutAdded()
        .replaceFirst(
            "\"added_tokens\":\\[]", Matcher.quoteReplacement("\"added_tokens\":[" + added + "]"));
  }

  /// What llama.cpp (`llama-vocab.cpp`) does under each name, in the words of `tokenizer.json`.
  private String preTokenizer() {
    return switch (pre) {
      case "smollm", "starcoder", "codeshell", "refact", "command-r" ->
          sequence("{\"type\":\"Digits\",\"individual_digits\":true}", BYTE_LEVEL + "true}");
      case "gpt-2" -> BYTE_LEVEL + "true}";
      case "default", "" ->
          sequence(
              split("[\\\\p{P}\\\\$\\\\+<=>\\\\^~\\\\|]+"),
              split(
                  "'s|'t|'re|'ve|'m|'ll|'d| ?\\\\p{L}+| ?\\\\p{N}+"
                      + "| ?[^\\\\s\\\\p{L}\\\\p{N}]+|\\\\s+(?!\\\\S)"),
              split("\\\\p{N}+"),
              split("[0-9][0-9][0-9]"),
              BYTE_LEVEL + "false}");
      default ->
          throw new FormatException(
              ErrorCode.UNSUPPORTED,
              file,
              "tokenizer.ggml.pre",
              "'" + pre + "'",
              "'smollm', 'gpt-2' or 'default'");
    };
  }

  private static String sequence(String... parts) {
    return "{\"type\":\"Sequence\",\"pretokenizers\":[" + String.join(",", parts) + "]}";
  }

  private static String split(String escapedRegex) {
    return "{\"type\":\"Split\",\"pattern\":{\"Regex\":\""
        + escapedRegex
        + "\"},\"behavior\":\"Isolated\",\"invert\":false}";
  }

  private static void quote(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < 0x20) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
