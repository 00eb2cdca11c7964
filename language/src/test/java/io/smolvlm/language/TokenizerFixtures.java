package io.smolvlm.language;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/// Where the reference's texts and tokenizers lie.
final class TokenizerFixtures {
  private TokenizerFixtures() {}

  static Path root() {
    return Path.of(System.getProperty("smolvlm.fixtures"));
  }

  static JsonNode cases(String group) throws IOException {
    return new ObjectMapper().readTree(root().resolve(group).resolve("cases.json").toFile());
  }

  /// A published tokenizer; light fixtures leave it to the committed copy.
  static Tokenizer tokenizer(String name) throws IOException {
    Path path = root().resolve("tokenizers").resolve(name).resolve("tokenizer.json.gz");
    if (!Files.exists(path)) {
      path =
          Path.of(System.getProperty("smolvlm.root"))
              .resolve("samples/reference/fixtures/tokenizers")
              .resolve(name)
              .resolve("tokenizer.json.gz");
    }
    try (var in = new GZIPInputStream(Files.newInputStream(path))) {
      return Tokenizer.of(path.toString(), in.readAllBytes());
    }
  }

  static int[] ids(JsonNode array) {
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = array.get(i).intValue();
    }
    return ids;
  }
}
