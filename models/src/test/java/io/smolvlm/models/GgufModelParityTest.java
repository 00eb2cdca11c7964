package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.vision.ImageProcessorConfig;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The tiny GGUF pair holds the same model as the safetensors folder that it was made from.
class GgufModelParityTest {
  private static final JsonNode TINY = Fixtures.cases("gguf").get("tiny");
  private static final Path TEXT = Fixtures.group("gguf").resolve(TINY.get("text").textValue());
  private static final Path PICTURES =
      Fixtures.group("gguf").resolve(TINY.get("mmproj").textValue());

  private static ModelFolder twin() {
    return ModelFolder.open(Fixtures.root().resolve(TINY.get("checkpoint").textValue()));
  }

  @Test
  void onlyKnownFilesAreThere() {
    Fixtures.requireKnown(
        "gguf",
        java.util.Set.of(
            "blocks.safetensors", "cases.json", "tiny-f32.gguf", "tiny-mmproj-f32.gguf"));
    Fixtures.requireKnownKeys(
        TINY,
        "gguf tiny",
        java.util.Set.of(
            "checkpoint",
            "text",
            "mmproj",
            "expected",
            "max_logit_difference_when_loaded_by_the_reference",
            "mmproj_names"));
  }

  @Test
  void sizesAreThoseOfTheFolder() {
    try (var gguf = GgufModel.open(TEXT, PICTURES);
        var folder = twin()) {
      ModelConfig config = gguf.config();
      assertEquals(folder.config().text(), config.text());
      PictureConfig expected = folder.config().pictures().orElseThrow();
      PictureConfig found = config.pictures().orElseThrow();
      assertEquals(expected.encoder(), found.encoder());
      assertEquals(expected.imageToken(), found.imageToken());
      assertEquals(expected.processor().tileSize(), found.processor().tileSize());
      assertEquals(
          Math.min(4 * found.processor().tileSize(), ImageProcessorConfig.MAX_LONGEST_EDGE),
          found.processor().longestEdge(),
          "the file does not say it: four tiles, as every published member has");
      // The folder lists two end tokens, the GGUF file one; the other is a safety token there.
      for (int end : folder.config().generation().endTokens()) {
        assertTrue(config.generation().ends(end));
      }
      assertEquals(folder.config().generation().padToken(), config.generation().padToken());
    }
  }

  @Test
  void weightsAreBitForBitThoseOfTheFolder() {
    try (var gguf = GgufModel.open(TEXT, PICTURES);
        var folder = twin();
        Arena arena = Arena.ofConfined()) {
      for (Weight weight : Weight.values()) {
        for (int layer = 0; layer < weight.count(gguf.config()); layer++) {
          Fixtures.assertSameBits(
              weight + " " + layer,
              folder.weights().matrix(weight, layer, arena).toArray(),
              gguf.weights().matrix(weight, layer, arena).toArray());
        }
      }
      assertEquals(List.of(), gguf.weights().unused());
    }
  }

  @Test
  void templateIsThatOfTheFolder() {
    try (var gguf = GgufModel.open(TEXT, null);
        var folder = twin()) {
      assertEquals(
          folder.chatTemplate().orElseThrow().text(), gguf.chatTemplate().orElseThrow().text());
    }
  }

  @Test
  void withoutTheSecondFileItReadsTextOnly() {
    try (var gguf = GgufModel.open(TEXT, null)) {
      assertEquals(Optional.empty(), gguf.config().pictures());
      assertEquals(List.of(), gguf.weights().unused());
    }
  }
}
