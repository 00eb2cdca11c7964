package io.smolvlm.models.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The tokenizer's files of a member, made out of the published tokenizer of SmolLM.
final class TokenizerFiles {
  private TokenizerFiles() {}

  /// tokenizer.json: the same ordinary tokens and merges, fillers that no text leads to, the kind's
  /// added tokens.
  static JsonNode tokenizer(VocabularyKind kind) {
    ObjectNode file = (ObjectNode) PublishedFiles.tokenizer();
    ObjectNode tokens = (ObjectNode) file.get("model").get("vocab");
    for (int id = tokens.size(); id < kind.ordinary(); id++) {
      tokens.put("filler_" + id, id);
    }
    ArrayNode added = file.putArray("added_tokens");
    kind.added()
        .forEach((id, content) -> {
          ObjectNode token = added.addObject();
          token.put("id", id);
          token.put("content", content);
          for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
            token.put(flag, false);
          }
          token.put("special", true);
        });
    return file;
  }

  /// tokenizer_config.json.
  ///
  /// @param named special tokens by role, as in `eos_token`
  /// @param template Jinja, empty for none
  /// @param processor class name, empty for a text model
  static Map<String, Object> config(
      Map<Integer, String> added,
      Map<String, String> named,
      int positions,
      String template,
      String processor) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("add_prefix_space", false);
    var decoder = new LinkedHashMap<String, Object>();
    added.forEach((id, content) -> {
      var token = new LinkedHashMap<String, Object>();
      token.put("content", content);
      for (String flag : List.of("lstrip", "normalized", "rstrip", "single_word")) {
        token.put(flag, false);
      }
      token.put("special", true);
      decoder.put(String.valueOf(id), token);
    });
    fields.put("added_tokens_decoder", decoder);
    fields.putAll(named);
    if (!template.isEmpty()) {
      fields.put("chat_template", template);
    }
    fields.put("clean_up_tokenization_spaces", false);
    fields.put("model_max_length", positions);
    if (!processor.isEmpty()) {
      fields.put("processor_class", processor);
    }
    fields.put("tokenizer_class", "GPT2Tokenizer");
    fields.put("truncation_side", "left");
    return fields;
  }
}
