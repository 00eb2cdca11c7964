package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.models.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The default model knows what the sample pictures show, asked through the command line.
/// `samples/expected.json` holds the answers; an entry has `picture` (or a list `pictures`),
/// `question`, `answer` and, if need be, `options` of `smolvlm ask`.
class ExpectedAnswersTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;

  record Expected(List<String> pictures, String question, List<String> options, String answer) {
    String answered(String model) {
      var args = new ArrayList<>(List.of("ask", "--model", model, "--question", question));
      args.addAll(options);
      pictures.forEach(picture -> args.add(Run.sample(picture)));
      Run run = Run.of(args.toArray(String[]::new));
      assertEquals(ExitStatus.OK, run.status(), run.err());
      return run.out().stripTrailing();
    }
  }

  private static JsonNode file() throws IOException {
    return JSON.readTree(Run.ROOT.resolve("samples").resolve("expected.json").toFile());
  }

  static List<Expected> answers() throws IOException {
    var all = new ArrayList<Expected>();
    for (JsonNode a : file().path("answers")) {
      all.add(
          new Expected(
              a.has("picture") ? List.of(a.path("picture").asText()) : texts(a.path("pictures")),
              a.path("question").asText(),
              texts(a.path("options")),
              a.path("answer").asText()));
    }
    return all;
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asText).toList();
  }

  @ParameterizedTest
  @MethodSource("answers")
  void answerIsRight(Expected expected) throws IOException {
    assertEquals(expected.answer(), expected.answered(file().path("model").asText()));
  }

  @Test
  void answersWereCheckedWithTheseWeights() throws IOException {
    try (LoadedModel model = LoadedModel.open(new ModelOptions(), StandardStreams.open())) {
      assertEquals(
          file().path("weights_sha256").asText(),
          model.weightsSha256().orElseThrow(),
          "model.safetensors is another one: check every answer anew, then write its hash");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"model.vision_model.encoder.", "model.connector.", "model.text_model.layers."})
  void answersNeedTheWeightsOf(String part) throws IOException {
    try (Checkpoint model = LoadedModel.checkpoint(new ModelOptions());
        Stream<Path> files = Files.list(model.path())) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(String.valueOf(file.getFileName())));
      }
    }
    reverseOne(folder.resolve("model.safetensors"), part);
    assertTrue(
        answers().stream().anyMatch(e -> !e.answered(folder.toString()).equals(e.answer())),
        "every answer stayed right with one matrix of " + part + " turned round");
  }

  /// Turns round the order of the numbers, two bytes each, of the first matrix whose name begins
  /// so.
  private static void reverseOne(Path file, String prefix) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    JsonNode tensors = JSON.readTree(bytes, 8, header);
    JsonNode tensor =
        tensors
            .propertyStream()
            .filter(t -> t.getKey().startsWith(prefix) && t.getValue().path("shape").size() == 2)
            .findFirst()
            .orElseThrow(() -> new AssertionError("no matrix " + prefix))
            .getValue();
    assertEquals("BF16", tensor.path("dtype").asText());
    int from = 8 + header + tensor.path("data_offsets").get(0).asInt();
    int to = 8 + header + tensor.path("data_offsets").get(1).asInt();
    byte[] old = bytes.clone();
    for (int i = from; i < to; i++) {
      bytes[i] = old[from + to - 2 - i + 2 * ((i - from) % 2)];
    }
    Files.write(file, bytes);
  }
}
