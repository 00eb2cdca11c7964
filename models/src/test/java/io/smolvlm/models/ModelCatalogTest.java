package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.SmolVlmException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCatalogTest {
  @TempDir Path cache;

  private ModelCatalog catalog() {
    return new ModelCatalog(cache);
  }

  @Test
  void aliasMeansTheEmbeddedModel() {
    try (var model = catalog().resolve("tiny", null)) {
      assertEquals("smolvlm", model.config().modelType());
      assertEquals(2046, model.config().pictures().orElseThrow().imageToken());
      assertEquals(List.of(), model.weights().unused());
    }
    assertTrue(catalog().isDemonstration("tiny"));
    ModelCatalog.Entry entry = catalog().list().getFirst();
    assertEquals("tiny", entry.alias());
    assertTrue(entry.bytes() > 8_000_000 && entry.demonstration());
  }

  @Test
  void folderItsFilesAndGgufAreModels() {
    Path folder = Fixtures.root().resolve("tiny/llama_text");
    for (Path path : List.of(folder, folder.resolve("model.safetensors"))) {
      try (var model = catalog().resolve(path.toString(), null)) {
        assertInstanceOf(ModelFolder.class, model);
        assertEquals("llama", model.config().modelType());
      }
    }
    Path gguf = Fixtures.root().resolve("gguf/tiny-f32.gguf");
    try (var model = catalog().resolve(gguf.toString(), null)) {
      assertInstanceOf(GgufModel.class, model);
    }
  }

  @Test
  void unknownModelNamesWhatIsKnownAndWhatWasLookedFor() {
    for (String name : List.of("huge", "a/b", "nul\0name", "")) {
      var e = assertThrows(SmolVlmException.class, () -> catalog().resolve(name, null).close());
      String message = String.valueOf(e.getMessage());
      assertEquals(ErrorCode.MODEL_NOT_FOUND, e.code(), message);
      assertTrue(message.contains("tiny") && message.contains(name), message);
    }
  }

  @Test
  void encoderBesideAFolderIsRefused() {
    var e =
        assertThrows(
            SmolVlmException.class,
            () -> catalog().resolve("tiny", Path.of("mmproj.gguf")).close());
    assertEquals(ErrorCode.INVALID_VALUE, e.code());
  }
}
