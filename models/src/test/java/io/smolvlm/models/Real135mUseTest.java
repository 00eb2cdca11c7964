package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.Message;
import io.smolvlm.language.grammar.TokenVocabulary;
import io.smolvlm.language.tools.Tool;
import io.smolvlm.language.tools.ToolCalls;
import io.smolvlm.language.tools.ToolGrammar;
import io.smolvlm.language.tools.ToolPrompt;
import io.smolvlm.models.convert.Converter;
import io.smolvlm.models.engine.EngineOptions;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people do with the real SmolLM2-135M-Instruct: talk, have functions called, make it
/// smaller. `./mvnw verify -Preal-weights`.
@Tag("real-weights")
class Real135mUseTest {
  private static final Tool WEATHER =
      new Tool(
          "get_weather",
          Map.of(
              "type",
              "function",
              "function",
              Map.of("name", "get_weather", "description", "The weather of a city now.")),
          """
          {"type": "object", "properties": {"city": {"type": "string", "maxLength": 40}},
           "required": ["city"], "additionalProperties": false}\
          """);

  @TempDir Path folder;

  private static Checkpoint checkpoint() {
    Path file =
        Path.of(
            System.getProperty("smolvlm.realWeights"),
            Fixtures.cases("real135m")
                .get("file")
                .asText()
                .replaceAll(".*/", "")
                .replaceAll(" .*", ""));
    return new ModelCatalog().resolve(file.toString(), null);
  }

  private static SmolVlm load(Checkpoint checkpoint) {
    EngineOptions patient = EngineOptions.defaults().withPatience(Duration.ofHours(1));
    return SmolVlm.load(checkpoint, LoadOptions.defaults().with(patient));
  }

  private static String answer(SmolVlm model, GenerationRequest request) {
    return model.generate(request.withMaxTokens(60), event -> {}).text();
  }

  @Test
  void talksOverSeveralTurns() {
    try (SmolVlm model = load(checkpoint())) {
      var messages = new ArrayList<Message>();
      messages.add(Message.text("user", "What is the capital of France?"));
      String first = answer(model, GenerationRequest.of(messages, List.of()));
      assertTrue(first.contains("Paris"), first);
      messages.add(Message.text("assistant", first));
      messages.add(Message.text("user", "In which country does it lie?"));
      String second = answer(model, GenerationRequest.of(messages, List.of()));
      assertTrue(second.contains("France"), second);
    }
  }

  @Test
  void callsAFunctionAndReadsItsResult() {
    try (SmolVlm model = load(checkpoint())) {
      var messages = new ArrayList<Message>();
      messages.add(Message.text("system", ToolPrompt.systemText(List.of(WEATHER))));
      messages.add(Message.text("user", "What is the weather in Paris now?"));
      GenerationRequest request = GenerationRequest.of(messages, List.of());
      var vocabulary =
          TokenVocabulary.of(
              model.tokenizer(),
              model.config().text().vocabularySize(),
              model.config().generation().endTokens());
      String called =
          answer(
              model,
              request.withParameters(
                  request.parameters().toBuilder()
                      .grammar(ToolGrammar.forced(List.of(WEATHER), 1, vocabulary))
                      .build()));
      ToolCalls.Piece piece = new ToolCalls().push(called).getFirst();
      ToolCalls.Piece.Call call = assertInstanceOf(ToolCalls.Piece.Call.class, piece, called);
      assertEquals("get_weather", call.call().name());
      assertTrue(call.call().arguments().contains("Paris"), called);
      messages.add(Message.text("assistant", called));
      messages.add(Message.text("tool", "21 degrees and sunny"));
      String told = answer(model, GenerationRequest.of(messages, List.of()));
      assertTrue(!told.isBlank(), told);
    }
  }

  @Test
  void isWrittenInEightBitsAndChoosesNearlyTheSame() throws IOException {
    Path q8 = folder.resolve("q8.gguf");
    try (Checkpoint source = checkpoint()) {
      Converter.of(source, q8, DType.Q8_0).write((_, _) -> {});
    }
    assertTrue(Files.size(q8) < 150_000_000);
    try (SmolVlm source = load(checkpoint());
        SmolVlm made = load(new ModelCatalog().resolve(q8.toString(), null))) {
      Agreement agreement = Agreement.of(source, made, 32);
      assertTrue(
          agreement.equal() >= 0.95 * agreement.tokens(),
          agreement.equal() + " of " + agreement.tokens());
    }
  }
}
