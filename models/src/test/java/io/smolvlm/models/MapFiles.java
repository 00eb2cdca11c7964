package io.smolvlm.models;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A checkpoint's small files in memory.
record MapFiles(Map<String, byte[]> files) implements CheckpointFiles {
  static final String TEXT =
      """
      {"model_type": "llama", "hidden_size": 64, "vocab_size": 400, "num_attention_heads": 4,
       "num_hidden_layers": 2, "intermediate_size": 96, "rope_theta": 100000.0,
       "rms_norm_eps": 1e-05, "tie_word_embeddings": true}\
      """;

  static final String PICTURES =
      """
      {"model_type": "smolvlm", "image_token_id": 397, "scale_factor": 4,
       "text_config": {"model_type": "llama", "hidden_size": 48, "vocab_size": 399,
         "num_attention_heads": 6, "num_key_value_heads": 2},
       "vision_config": {"hidden_size": 32, "num_attention_heads": 4, "image_size": 128,
         "patch_size": 16}}\
      """;

  static final String PREPROCESSOR =
      """
      {"max_image_size": {"longest_edge": 128}, "size": {"longest_edge": 512}}\
      """;

  static MapFiles of(String config) {
    return new MapFiles(new HashMap<>()).with("config.json", config);
  }

  /// A model that sees.
  static MapFiles seeing() {
    return of(PICTURES).with("preprocessor_config.json", PREPROCESSOR);
  }

  MapFiles with(String name, String content) {
    return with(name, content.getBytes(StandardCharsets.UTF_8));
  }

  MapFiles with(String name, byte[] content) {
    files.put(name, content);
    return this;
  }

  /// With one piece of config.json changed.
  MapFiles changed(String from, String to) {
    String config = new String(files.get("config.json"), StandardCharsets.UTF_8);
    if (!config.contains(from)) {
      throw new IllegalArgumentException(from);
    }
    return with("config.json", config.replace(from, to));
  }

  @Override
  public Optional<byte[]> bytes(String name, long limit) {
    return Optional.ofNullable(files.get(name));
  }

  @Override
  public String place() {
    return "memory";
  }
}
