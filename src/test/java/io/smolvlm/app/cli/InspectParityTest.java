package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectParityTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Path PILOT = Run.ROOT.resolve("samples/reference/pilot");

  @TempDir Path folder;
  private final ObjectNode file = JSON.createObjectNode();

  /// Two of the reference's answers in the form of parity.py.
  @BeforeEach
  void samples() throws IOException {
    JsonNode all = JSON.readTree(PILOT.resolve("samples/exact.json").toFile());
    ArrayNode samples = file.putArray("samples");
    for (int i = 0; i < 2; i++) {
      JsonNode answer = all.path("answers").get(i);
      ObjectNode sample = samples.addObject().put("id", i).put("kind", "any").put("split", true);
      sample.putArray("pictures").add(answer.path("picture").asText());
      ArrayNode content =
          sample.putArray("messages").addObject().put("role", "user").putArray("content");
      content.addObject().put("type", "image");
      content.addObject().put("type", "text").put("text", answer.path("question").asText());
      sample.put("answer", answer.path("text").asText()).set("text", answer.path("text"));
      sample.set("prompt_ids", answer.path("prompt_ids"));
      sample.set("answer_ids", answer.path("ids"));
      sample.put("smallest_margin", .5);
    }
  }

  private ObjectNode sample(int i) {
    return (ObjectNode) file.path("samples").get(i);
  }

  private Run parity(String... options) throws IOException {
    Path path = folder.resolve("parity.json");
    JSON.writeValue(path.toFile(), file);
    var args = new java.util.ArrayList<>(java.util.List.of("inspect", "parity", path.toString()));
    args.addAll(
        java.util.List.of(
            "--pictures",
            PILOT.resolve("samples").toString(),
            "--model",
            PILOT.resolve("checkpoint").toString()));
    args.addAll(java.util.List.of(options));
    return Run.of(args.toArray(String[]::new));
  }

  @Test
  void sameIdsAreIdentical() throws IOException {
    Run run = parity();
    assertEquals(ExitStatus.OK, run.status(), run.err() + run.out());
    assertTrue(run.out().startsWith("2 of 2 identical"), run.out());
  }

  @Test
  void otherTokenFailsUnlessItWasANearTie() throws IOException {
    ((ArrayNode) sample(1).path("answer_ids")).set(1, 3);
    Run run = parity();
    assertEquals(ExitStatus.OTHER, run.status(), run.err());
    assertTrue(run.out().startsWith("1 (any): answer token 1: found "), run.out());
    assertTrue(run.out().contains("reference 3 with margin 0.50000"), run.out());
    assertTrue(run.out().contains("1 of 2 identical"), run.out());

    sample(1).put("smallest_margin", .0005);
    assertEquals(ExitStatus.OK, parity().status());

    ArrayNode margins = sample(1).putArray("margins");
    sample(1).path("answer_ids").forEach(_ -> margins.add(.25));
    Run json = parity("--json");
    assertEquals(ExitStatus.OTHER, json.status());
    assertTrue(json.out().contains("\"margin\":0.25"), json.out());
  }

  @Test
  void otherPromptFails() throws IOException {
    ((ArrayNode) sample(0).path("prompt_ids")).remove(0);
    Run run = parity("--limit", "1");
    assertEquals(ExitStatus.OTHER, run.status());
    assertTrue(run.out().contains("prompt token"), run.out());
  }

  @Test
  void otherWeightsAndBrokenFilesAreBadInput() throws IOException {
    file.put("model_sha256", "00");
    Run run = parity();
    assertEquals(ExitStatus.BAD_INPUT, run.status());
    assertTrue(run.err().contains("the reference was asked with 00"), run.err());
    file.remove("model_sha256");
    sample(0).remove("answer_ids");
    assertEquals(ExitStatus.BAD_INPUT, parity().status());
    file.putArray("samples");
    assertEquals(ExitStatus.BAD_INPUT, parity().status());
  }
}
