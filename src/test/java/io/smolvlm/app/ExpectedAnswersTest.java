package io.smolvlm.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.language.Message;
import io.smolvlm.models.GenerationRequest;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The default model knows what the sample pictures show.
class ExpectedAnswersTest {
  private static final Path SAMPLES = Path.of(System.getProperty("smolvlm.root", ".."), "samples");

  private static SmolVlm model;

  record Expected(String picture, String question, String answer) {}

  @BeforeAll
  static void load() {
    model = SmolVlm.load("tiny");
  }

  @AfterAll
  static void close() {
    model.close();
  }

  static List<Expected> answers() throws IOException {
    JsonNode all = JsonMapper.builder().build().readTree(SAMPLES.resolve("expected.json").toFile());
    return all.path("answers")
        .valueStream()
        .map(a ->
            new Expected(
                a.path("picture").asText(), a.path("question").asText(), a.path("answer").asText()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("answers")
  void answerIsRight(Expected expected) {
    RgbImage image = new ImageReader().read(SAMPLES.resolve("images").resolve(expected.picture()));
    GenerationRequest request =
        GenerationRequest.of(List.of(Message.user(1, expected.question())), List.of(image));
    assertEquals(expected.answer(), model.generate(request, event -> {}).text());
  }
}
