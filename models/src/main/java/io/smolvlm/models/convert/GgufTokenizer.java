package io.smolvlm.models.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.ModelFolder;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.GgufValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// The tokenizer of a checkpoint folder as keys of a GGUF file (llama.cpp `conversion/base.py`,
/// `gguf-py/gguf/vocab.py`).
final class GgufTokenizer {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String FILE = "tokenizer.json";
  private static final int NORMAL = 1;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;

  /// Roles of a GGUF file with the names that tokenizer_config.json has for them.
  private static final Map<String, String> ROLES =
      Map.of("bos", "bos_token", "unknown", "unk_token");

  private GgufTokenizer() {}

  /// Adds the keys `tokenizer.*`.
  static void put(ModelFolder model, Map<String, GgufValue> metadata) throws IOException {
    ModelConfig config = model.config();
    Tokenizer tokenizer = model.tokenizer();
    JsonNode file = read(model.path().resolve(FILE));
    metadata.put("tokenizer.ggml.model", GgufValue.of("gpt2"));
    metadata.put("tokenizer.ggml.pre", GgufValue.of(pre(file)));
    putTokens(tokenizer, config.text().vocabularySize(), metadata);
    metadata.put("tokenizer.ggml.merges", GgufValue.strings(merges(file)));
    putRoles(config, tokenizer, metadata);
    // No tokenizer of the family puts anything before a text; templates write it themselves.
    metadata.put("tokenizer.ggml.add_bos_token", GgufValue.of(false));
    metadata.put("tokenizer.ggml.add_space_prefix", GgufValue.of(false));
    model
        .chatTemplate()
        .ifPresent(text -> metadata.put("tokenizer.chat_template", GgufValue.of(text.text())));
  }

  private static JsonNode read(Path file) throws IOException {
    JsonNode tree = JSON.readTree(file.toFile());
    if (!tree.path("model").path("merges").isArray()) {
      throw new FormatException(
          ErrorCode.UNSUPPORTED, FILE, "model.merges", "no list", "a BPE tokenizer with merges");
    }
    return tree;
  }

  /// How llama.cpp names the way text is cut before merging.
  private static String pre(JsonNode file) {
    JsonNode cutting = file.path("pre_tokenizer");
    List<String> types = new ArrayList<>();
    if (cutting.path("type").asText().equals("Sequence")) {
      cutting.path("pretokenizers").forEach(part -> types.add(part.path("type").asText()));
    } else {
      types.add(cutting.path("type").asText());
    }
    return switch (String.join("+", types)) {
      case "Digits+ByteLevel" -> "smollm";
      case "ByteLevel" -> "gpt-2";
      default ->
          throw new FormatException(
              ErrorCode.UNSUPPORTED,
              FILE,
              "pre_tokenizer",
              String.join("+", types),
              "Digits+ByteLevel or ByteLevel, which GGUF has names for");
    };
  }

  private static void putTokens(Tokenizer tokenizer, int rows, Map<String, GgufValue> metadata) {
    List<String> tokens = new ArrayList<>(rows);
    long[] types = new long[rows];
    Map<String, Integer> added = tokenizer.addedTokens();
    for (int id = 0; id < rows; id++) {
      String token = tokenizer.tokenOf(id).orElse("");
      if (token.isEmpty()) {
        tokens.add("[PAD" + id + "]");
        types[id] = UNUSED;
        continue;
      }
      tokens.add(token);
      boolean isAdded = Integer.valueOf(id).equals(added.get(token));
      types[id] = !isAdded ? NORMAL : tokenizer.isSpecial(id) ? CONTROL : USER_DEFINED;
    }
    metadata.put("tokenizer.ggml.tokens", GgufValue.strings(tokens));
    metadata.put("tokenizer.ggml.token_type", GgufValue.int32s(types));
  }

  /// Older files have merges as "a b", newer ones as pairs.
  private static List<String> merges(JsonNode file) {
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : file.path("model").path("merges")) {
      merges.add(
          merge.isTextual()
              ? merge.textValue()
              : merge.path(0).asText() + " " + merge.path(1).asText());
    }
    return merges;
  }

  private static void putRoles(
      ModelConfig config, Tokenizer tokenizer, Map<String, GgufValue> metadata) {
    int rows = config.text().vocabularySize();
    List<Integer> ends = List.copyOf(new TreeSet<>(config.generation().endTokens()));
    List<String> keys = List.of("eos", "eot", "eom");
    for (int i = 0; i < Math.min(keys.size(), ends.size()); i++) {
      metadata.put("tokenizer.ggml." + keys.get(i) + "_token_id", GgufValue.uint32(ends.get(i)));
    }
    ROLES.forEach((role, name) -> {
      String token = config.specialTokens().named().get(name);
      if (token != null) {
        tokenizer
            .idOf(token)
            .filter(id -> id < rows)
            .ifPresent(
                id -> metadata.put("tokenizer.ggml." + role + "_token_id", GgufValue.uint32(id)));
      }
    });
    if (config.generation().padToken() >= 0) {
      metadata.put(
          "tokenizer.ggml.padding_token_id", GgufValue.uint32(config.generation().padToken()));
    }
  }
}
