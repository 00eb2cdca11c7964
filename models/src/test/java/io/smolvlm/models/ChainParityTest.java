package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.language.ContentPart;
import io.smolvlm.language.Message;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.models.engine.Prompt;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.RgbImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The miniature checkpoints from messages and picture files to greedy ids, through the library's
/// door.
class ChainParityTest {
  static Stream<Arguments> checkpoints() {
    return StreamSupport.stream(Fixtures.cases("tiny").get("checkpoints").spliterator(), false)
        .flatMap(c ->
            Stream.of(LoadOptions.Executor.TORCH, LoadOptions.Executor.KERNELS)
                .map(e -> Arguments.of(c.get("checkpoint").asText(), c, e)));
  }

  @ParameterizedTest(name = "{0}, {2}")
  @MethodSource("checkpoints")
  void messagesAndPicturesGiveTheReferencesIds(
      String name, JsonNode checkpoint, LoadOptions.Executor executor) {
    Path folder = Fixtures.group("tiny").resolve(checkpoint.get("folder").asText());
    try (var model =
        SmolVlm.load(
            new ModelCatalog().resolve(folder.toString(), null),
            LoadOptions.defaults().with(executor).with(Precision.EXACT))) {
      Map<String, JsonNode> cases = new HashMap<>();
      int checked = 0;
      for (JsonNode c : checkpoint.get("cases")) {
        cases.put(c.get("name").asText(), c);
        if (c.has("eos_token_id")) {
          checkEnd(model, c, request(cases.get(c.get("of").asText()), folder));
          checked++;
        }
        if (!c.has("messages")) {
          continue;
        }
        GenerationRequest request = request(c, folder);
        Prompt prompt = model.prompt(request);
        assertEquals(list(c.get("input_ids")), boxed(prompt.ids()), c.get("name").asText());
        if (c.has("expanded_text")) {
          assertEquals(c.get("expanded_text").asText(), prompt.text());
          assertEquals(c.get("prompt").asText(), prompt.rendered());
        }
        List<Integer> wanted = list(c.get("greedy_ids"));
        GenerationResult result = model.generate(request.withMaxTokens(wanted.size()), event -> {});
        assertEquals(wanted, result.ids(), c.get("name").asText());
        assertEquals(GenerationResult.FinishReason.LENGTH, result.finishReason());
        assertEquals(prompt.length(), result.usage().promptTokens());
        assertEquals(prompt.imageTokens(), result.usage().imageTokens());
        checked++;
      }
      assertTrue(checked > 0, name);
    }
  }

  /// The end token ends the answer and is its last.
  private static void checkEnd(SmolVlm model, JsonNode c, GenerationRequest request) {
    var only =
        request.parameters().toBuilder()
            .ignoreEos(true)
            .stopTokenIds(Set.of(c.get("eos_token_id").asInt()))
            .build();
    GenerationResult result = model.generate(request.withParameters(only), event -> {});
    assertEquals(list(c.get("greedy_ids")), result.ids());
    assertEquals(GenerationResult.FinishReason.STOP, result.finishReason());
  }

  private static GenerationRequest request(JsonNode c, Path folder) {
    List<RgbImage> images = new ArrayList<>();
    if (c.has("pictures")) {
      c.get("pictures")
          .forEach(p -> images.add(new ImageReader().read(folder.resolve(p.asText()))));
    }
    List<Message> messages = new ArrayList<>();
    for (JsonNode message : c.get("messages")) {
      String role = message.get("role").asText();
      JsonNode content = message.get("content");
      if (content.isTextual()) {
        messages.add(Message.text(role, content.asText()));
        continue;
      }
      List<ContentPart> parts = new ArrayList<>();
      content.forEach(part ->
          parts.add(
              part.get("type").asText().equals("image")
                  ? new ContentPart.Image()
                  : new ContentPart.Text(part.get("text").asText())));
      messages.add(new Message(role, parts));
    }
    return GenerationRequest.of(messages, images);
  }

  private static List<Integer> boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  private static List<Integer> list(JsonNode array) {
    List<Integer> result = new ArrayList<>();
    array.forEach(n -> result.add(n.asInt()));
    return result;
  }
}
