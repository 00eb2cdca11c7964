package io.smolvlm.models;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.smolvlm.tensor.SmolVlmException;
import java.util.Arrays;
import java.util.List;

/// Bytes as one of the files of a checkpoint that sees; the first byte picks the file. The others
/// are sound.
public final class ConfigFuzzTarget {
  private static final List<String> FILES =
      List.of(
          "config.json",
          "generation_config.json",
          "preprocessor_config.json",
          "processor_config.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json");

  private ConfigFuzzTarget() {}

  /// Loads what reading needs: instrumenting all of Jackson is not to count as a slow input.
  public static void fuzzerInitialize() {
    for (int file = 0; file < FILES.size(); file++) {
      fuzzerTestOneInput((file + "{\"a\": [1, \"b\", {\"c\": 1.5}]}").getBytes(UTF_8));
    }
    ConfigReader.read(MapFiles.seeing());
  }

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    String name = FILES.get(Math.floorMod(data[0] - '0', FILES.size()));
    try {
      ConfigReader.read(MapFiles.seeing().with(name, Arrays.copyOfRange(data, 1, data.length)));
    } catch (SmolVlmException refused) {
      // The one way to refuse.
    }
  }
}
