package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.tensor.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// No group and no file of the fixtures goes unread: what no parity test knows makes this one fail.
class FixtureGroupsParityTest {
  private static final Set<String> GROUPS =
      Set.of(
          "README.md",
          "preprocess",
          "tokenizers",
          "prompts",
          "tokenizer",
          "tiny",
          "sampling",
          "gguf",
          "real135m");

  @Test
  void everyGroupIsKnown() throws IOException {
    Set<String> unknown = new TreeSet<>();
    try (var files = Files.list(Fixtures.root())) {
      files.map(file -> file.getFileName().toString()).forEach(unknown::add);
    }
    unknown.removeAll(GROUPS);
    assertEquals(Set.of(), unknown, "groups that no test knows");
  }

  @Test
  void everyFileOfAGroupIsKnown() {
    Set<String> tiny = new HashSet<>(Set.of("cases.json", "positions.json"));
    for (JsonNode checkpoint : Fixtures.cases("tiny").get("checkpoints")) {
      tiny.add(checkpoint.get("folder").asText());
      tiny.add(checkpoint.get("expected").asText());
    }
    Fixtures.requireKnown("tiny", tiny);
    Fixtures.requireKnown("prompts", Set.of("cases.json"));
    Fixtures.requireKnown("tokenizer", Set.of("cases.json"));
    Fixtures.requireKnown("tokenizers", Set.of("smolvlm_49280", "smolvlm_49155"));
    Fixtures.requireKnown("sampling", Set.of("cases.json", "sampling.safetensors"));
    Fixtures.requireKnown(
        "gguf",
        Set.of("cases.json", "blocks.safetensors", "tiny-f32.gguf", "tiny-mmproj-f32.gguf"));
    Fixtures.requireKnown(
        "preprocess",
        Set.of(
            "cases.json",
            "count.json",
            "batch.safetensors",
            "tiles.safetensors",
            "images",
            "resize"));
  }
}
