package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
  static List<Path> checkpoints() {
    var all = new ArrayList<Path>();
    Path tiny = Fixtures.root().resolve("tiny");
    Fixtures.json(tiny.resolve("cases.json"))
        .get("checkpoints")
        .forEach(node -> all.add(tiny.resolve(node.get("checkpoint").textValue())));
    return all;
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void everyWeightIsFoundAndNoneIsLeft(Path folder) {
    try (var model = ModelFolder.open(folder);
        Arena arena = Arena.ofConfined()) {
      Weights weights = model.weights();
      for (Weight weight : Weight.values()) {
        for (int layer = 0; layer < weight.count(model.config()); layer++) {
          long[] shape = weight.shape(model.config());
          Matrix matrix = weights.matrix(weight, layer, arena);
          long elements = 1;
          for (long dim : shape) {
            elements *= dim;
          }
          assertEquals(shape.length == 1 ? 1 : shape[0], matrix.rows(), weight.name());
          assertEquals(elements, (long) matrix.rows() * matrix.cols(), weight.name());
        }
      }
      assertEquals(List.of(), weights.unused());
    }
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void templateIsFoundWhereverItStands(Path folder) {
    try (var model = ModelFolder.open(folder)) {
      assertTrue(model.chatTemplate().orElseThrow().text().contains("messages"));
    }
  }

  @Test
  void templateFilesHaveAnOrder(@TempDir Path folder) throws IOException {
    try (var model = ModelFolder.open(folder)) {
      assertTrue(model.chatTemplate().isEmpty());
      Files.writeString(
          folder.resolve("tokenizer_config.json"),
          "{\"x\": 1, \"chat_template\": [{\"name\": \"tool_use\", \"template\": \"a\"},"
              + " {\"name\": \"default\", \"template\": \"listed\"}]}");
      assertEquals("listed", model.chatTemplate().orElseThrow().text());
      Files.writeString(folder.resolve("chat_template.json"), "{\"chat_template\": \"json\"}");
      assertEquals("json", model.chatTemplate().orElseThrow().text());
      Files.writeString(folder.resolve("chat_template.jinja"), "jinja");
      assertEquals("jinja", model.chatTemplate().orElseThrow().text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"chat_template\": 5}", "{\"chat_template\": [{}]}", "[]"})
  void brokenTemplateFilesAreRefused(String json, @TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("chat_template.json"), json);
    try (var model = ModelFolder.open(folder)) {
      assertThrows(FormatException.class, model::chatTemplate);
    }
  }

  @Test
  void cachedRepositoryLeadsToItsSnapshot(@TempDir Path cache) throws IOException {
    Path from = checkpoints().getFirst();
    Path snapshot = cache.resolve("snapshots/0123abcd");
    Path blobs = Files.createDirectories(cache.resolve("blobs"));
    Files.createDirectories(snapshot);
    Files.createDirectories(cache.resolve("refs"));
    Files.writeString(cache.resolve("refs/main"), "0123abcd");
    try (var files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path blob = blobs.resolve("b-" + file.getFileName());
        Files.copy(file, blob);
        Files.createSymbolicLink(snapshot.resolve(file.getFileName()), snapshot.relativize(blob));
      }
    }
    for (Path path : List.of(cache, snapshot)) {
      try (var model = ModelFolder.open(path)) {
        assertEquals(snapshot, model.path());
        assertEquals(List.of(), model.weights().unused());
      }
    }
  }

  @Test
  void pickledWeightsAreRefused(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), MapFiles.TEXT);
    Files.writeString(folder.resolve("pytorch_model.bin"), "x");
    try (var model = ModelFolder.open(folder)) {
      var e = assertThrows(SmolVlmException.class, model::weights);
      assertEquals(ErrorCode.UNSUPPORTED, e.code());
    }
  }
}
