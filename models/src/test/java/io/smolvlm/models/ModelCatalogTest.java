package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.models.hub.PullListener;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCatalogTest {
  @TempDir Path cache;

  private ModelCatalog catalog() {
    return new ModelCatalog(cache.resolve("own"), cache.resolve("hub"));
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

  /// Lays a model into the hub's cache as a pull does.
  private Path cached(String id) throws IOException {
    String commit = "a".repeat(40);
    Path repository = cache.resolve("hub/models--" + id.replace("/", "--"));
    Path snapshot = Files.createDirectories(repository.resolve("snapshots").resolve(commit));
    Files.createDirectories(repository.resolve("refs"));
    Files.writeString(repository.resolve("refs/main"), commit);
    Path tiny;
    try (var model = catalog().resolve("tiny", null)) {
      tiny = model.path();
    }
    try (Stream<Path> files = Files.list(tiny)) {
      for (Path file : files.toList()) {
        Files.createSymbolicLink(snapshot.resolve(file.getFileName()), file);
      }
    }
    return snapshot;
  }

  @Test
  void realModelsOfTheHubsCacheAreTakenBeforeTheEmbeddedOne() throws IOException {
    assertEquals("tiny", catalog().choose("auto"));
    Path small = cached("HuggingFaceTB/SmolVLM-256M-Instruct");
    assertEquals("HuggingFaceTB/SmolVLM-256M-Instruct", catalog().choose("auto"));
    Path larger = cached("HuggingFaceTB/SmolVLM-500M-Instruct");
    assertEquals("HuggingFaceTB/SmolVLM-500M-Instruct", catalog().choose("auto"));
    Files.delete(larger.resolve("model.safetensors"));
    assertEquals("HuggingFaceTB/SmolVLM-256M-Instruct", catalog().choose("auto"));
    assertEquals("tiny", catalog().choose("tiny"));
    for (String word : List.of("auto", "256m", "HuggingFaceTB/SmolVLM-256M-Instruct")) {
      try (var model = catalog().resolve(word, null)) {
        assertEquals(small, model.path(), word);
        assertEquals("smolvlm", model.config().modelType());
      }
    }
    List<ModelCatalog.Entry> entries = catalog().list();
    assertEquals(
        List.of("tiny", "256m", "500m"), entries.stream().map(ModelCatalog.Entry::alias).toList());
    assertTrue(entries.get(2).description().contains("incomplete: model.safetensors"));
  }

  @Test
  void modelsOfTheHubThatAreNotHereAreNamedWithTheirRemedy() {
    var e = assertThrows(SmolVlmException.class, () -> catalog().resolve("256m", null).close());
    assertEquals(ErrorCode.MODEL_NOT_FOUND, e.code());
    assertTrue(
        e.getMessage().contains("smolvlm pull HuggingFaceTB/SmolVLM-256M-Instruct"),
        e.getMessage());
  }

  @Test
  void whatLooksLikeAPathIsNotAskedOfTheHub() {
    for (String path : List.of("src/no-such-model", "models-here/text.gguf", "a/b.safetensors")) {
      var e =
          assertThrows(
              SmolVlmException.class,
              () -> catalog().obtain(path, null, PullListener.NONE).close());
      assertEquals(ErrorCode.MODEL_NOT_FOUND, e.code());
      assertTrue(
          e.getMessage().contains("no file or folder " + Path.of(path).toAbsolutePath())
              && e.getMessage().contains("smolvlm pull " + path),
          e.getMessage());
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
