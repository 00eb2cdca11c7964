package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.language.Message;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.models.engine.Prompt;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.vision.ImageReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The whole chain on trained weights: picture files in, the reference's prompt ids and greedy
/// answers out.
class PilotParityTest {
  private static final Path PILOT = Fixtures.projectRoot().resolve("samples/reference/pilot");

  @ParameterizedTest
  @EnumSource(
      value = LoadOptions.Executor.class,
      names = {"TORCH", "KERNELS"})
  void promptIdsAndAnswersAreTheReferences(LoadOptions.Executor executor) {
    JsonNode answers = Fixtures.json(PILOT.resolve("samples/exact.json")).get("answers");
    assertEquals(24, answers.size());
    try (var checkpoint = ModelFolder.open(PILOT.resolve("checkpoint"));
        var model =
            SmolVlm.load(checkpoint, LoadOptions.defaults().with(executor).with(Precision.EXACT))) {
      for (JsonNode answer : answers) {
        String picture = answer.get("picture").asText();
        var request =
            GenerationRequest.of(
                    List.of(Message.user(1, answer.get("question").asText())),
                    List.of(new ImageReader().read(PILOT.resolve("samples").resolve(picture))))
                .withMaxTokens(40);
        Prompt prompt = model.prompt(request);
        assertEquals(list(answer.get("prompt_ids")), asList(prompt.ids()), picture);
        List<Integer> streamed = new ArrayList<>();
        var text = new StringBuilder();
        GenerationResult result =
            model.generate(
                request,
                event -> {
                  if (event instanceof GenerationEvent.Token token) {
                    streamed.add(token.id());
                    text.append(token.text());
                  }
                });
        assertEquals(list(answer.get("ids")), result.ids(), picture + ": " + result.text());
        assertEquals(result.ids(), streamed, picture);
        assertEquals(answer.get("text").asText(), result.text(), picture);
        assertEquals(result.text(), text.toString(), picture);
      }
    }
  }

  private static List<Integer> list(JsonNode array) {
    List<Integer> result = new ArrayList<>();
    array.forEach(n -> result.add(n.asInt()));
    return result;
  }

  private static List<Integer> asList(int[] ids) {
    return java.util.Arrays.stream(ids).boxed().toList();
  }
}
