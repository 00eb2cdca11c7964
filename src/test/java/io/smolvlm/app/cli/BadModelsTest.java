package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.tensor.BadInputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `inspect model --json` on every malformed model: exit status 3 and a typed error, or 0. What is
/// refused how is tested in the rooms that read the files.
class BadModelsTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path scratch;

  static List<BadInputs.Case> cases() {
    var all = new ArrayList<>(BadInputs.cases("model-safetensors"));
    all.addAll(BadInputs.cases("model-dir"));
    all.addAll(BadInputs.cases("model-gguf"));
    return all;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void modelLoadsOrIsRefusedWithItsError(BadInputs.Case given) throws IOException {
    String path = given.materialize(scratch).toString();
    boolean incomplete = given.id().startsWith("model-gguf/ok");
    Run run =
        incomplete // valid files, but no whole models
            ? Run.of("inspect", "model", "--json", "--weights-only", path)
            : Run.of("inspect", "model", "--json", path);
    JsonNode answer = JSON.readTree(run.out());
    assertFalse(run.err().contains("\tat "), run.err());
    if (run.status() == ExitStatus.OK) {
      assertTrue(given.any() || given.mayLoad() || needsAnswer(given), given + ": loaded");
      assertTrue(answer.path("tensors").isArray(), run.out());
    } else {
      assertEquals(ExitStatus.BAD_MODEL, run.status(), run.err());
      String kind = answer.path("error").path("kind").asText();
      boolean fragment = given.id().startsWith("model-gguf/") && kind.equals("missing");
      assertTrue(
          given.any() || fragment || given.errors().contains(kind), given + ": " + run.err());
    }
  }

  /// Templates and tokenizers that go wrong with certain texts only.
  private static boolean needsAnswer(BadInputs.Case given) {
    return given.node().has("render") || given.node().has("probe");
  }
}
