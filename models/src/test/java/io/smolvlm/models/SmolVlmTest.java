package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.Message;
import io.smolvlm.language.SamplingParameters;
import io.smolvlm.models.engine.Admission;
import io.smolvlm.models.engine.ContextLengthException;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.models.engine.TokenStream;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.RgbImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The library's door: options, stop texts, limits, cancelling. Answers are those of the pilot
/// checkpoint.
class SmolVlmTest {
  private static final Path PILOT = Fixtures.projectRoot().resolve("samples/reference/pilot");
  private static final SmolVlm MODEL =
      SmolVlm.load(
          ModelFolder.open(PILOT.resolve("checkpoint")),
          LoadOptions.defaults().with(LoadOptions.Executor.KERNELS));

  @AfterAll
  static void close() {
    MODEL.close();
    MODEL.close();
  }

  private static RgbImage picture(String name) {
    return new ImageReader().read(PILOT.resolve("samples").resolve(name));
  }

  private static GenerationRequest ask(String question) {
    return GenerationRequest.of(
        List.of(Message.user(1, question)), List.of(picture("01-caption1.png")));
  }

  /// A stream that ends without an end of the answer, as when the engine's thread has died.
  @Test
  @Timeout(60)
  void nobodyReadsForEver() {
    TokenStream stream =
        MODEL.engine().submit(MODEL.prepare(ask("What do you see?")), Admission.of(""));
    stream.close();
    var reader = new Answering(event -> {}, () -> false);
    var e = assertThrows(SmolVlmException.class, () -> reader.read(stream));
    assertEquals(ErrorCode.INTERNAL, e.code());
  }

  @Test
  void answersAndCountsTokens() {
    GenerationResult result = MODEL.generate(ask("What do you see?"), event -> {});
    assertEquals("A white circle in the middle of a gray background.", result.text());
    assertEquals(GenerationResult.FinishReason.STOP, result.finishReason());
    assertEquals(80, result.usage().imageTokens());
    assertEquals(12, result.usage().completionTokens());
    assertEquals(List.of("2x2"), result.timings().grids());
  }

  @Test
  void endsAtAStopTextThatIsNeverShown() {
    var shown = new StringBuilder();
    GenerationResult result =
        MODEL.generate(
            ask("What do you see?").withStop(List.of(" in the")),
            event -> {
              if (event instanceof GenerationEvent.Token token) {
                shown.append(token.text());
              }
            });
    assertEquals("A white circle", result.text());
    assertEquals("A white circle", shown.toString());
    assertEquals(GenerationResult.FinishReason.STOP, result.finishReason());
  }

  @Test
  void endsAtTheMostTokens() {
    GenerationResult result = MODEL.generate(ask("What do you see?").withMaxTokens(3), event -> {});
    assertEquals(3, result.ids().size());
    assertEquals(GenerationResult.FinishReason.LENGTH, result.finishReason());
  }

  @Test
  void reportsTilesPrefillTokensAndTheEndInOrder() {
    List<String> kinds = new ArrayList<>();
    MODEL.generate(
        ask("What do you see?"),
        event -> {
          String kind = event.getClass().getSimpleName();
          if (kinds.isEmpty() || !kinds.getLast().equals(kind)) {
            kinds.add(kind);
          }
        });
    assertEquals(List.of("Started", "TilesEncoded", "Prefilled", "Token", "Finished"), kinds);
  }

  @Test
  void withoutSplittingThePictureIsOneTile() {
    var options = new ImageOptions(ImageOptions.Split.OFF, 0);
    GenerationResult result =
        MODEL.generate(ask("What do you see?").withImageOptions(options), event -> {});
    assertEquals(16, result.usage().imageTokens());
    assertEquals(List.of("0x0"), result.timings().grids());
  }

  @Test
  void logProbabilitiesBelongToTheChosenTokens() {
    List<GenerationEvent.Token> tokens = new ArrayList<>();
    MODEL.generate(
        ask("What do you see?").withTopLogprobs(3),
        event -> {
          if (event instanceof GenerationEvent.Token token) {
            tokens.add(token);
          }
        });
    for (GenerationEvent.Token token : tokens) {
      assertEquals(3, token.top().size());
      assertEquals(token.id(), token.top().getFirst().id(), "greedy takes the likeliest");
      assertEquals(token.logprob(), token.top().getFirst().logprob());
      assertTrue(token.logprob() <= 0 && token.top().get(1).logprob() <= token.logprob());
    }
  }

  @Test
  void theSameSeedGivesTheSameText() {
    SamplingParameters warm = SamplingParameters.GREEDY.withTemperature(2).withSeed(5);
    var request = ask("What do you see?").withSampling(warm).withMaxTokens(30);
    assertEquals(MODEL.generate(request, e -> {}).ids(), MODEL.generate(request, e -> {}).ids());
    var other = request.withSampling(warm.withSeed(6));
    assertFalse(
        MODEL.generate(request, e -> {}).ids().equals(MODEL.generate(other, e -> {}).ids()));
  }

  @Test
  void cancellingEndsWithinOneToken() {
    var tokens = new AtomicInteger();
    GenerationResult result =
        MODEL.generate(
            ask("What do you see?"),
            event -> {
              if (event instanceof GenerationEvent.Token) {
                tokens.incrementAndGet();
              }
            },
            () -> tokens.get() >= 2);
    assertEquals(2, result.ids().size());
    assertEquals(GenerationResult.FinishReason.CANCELLED, result.finishReason());
  }

  @Test
  void aPromptLongerThanTheContextIsRefusedWithItsParts() {
    var request = ask("word ".repeat(3000));
    var refused = assertThrows(ContextLengthException.class, () -> MODEL.prompt(request));
    assertEquals(ErrorCode.CONTEXT_LENGTH, refused.code());
    assertEquals(2048, refused.limit());
    assertEquals(List.of(80), refused.perImage());
  }

  @Test
  void aTextModelRefusesPictures() {
    Path text = Fixtures.projectRoot().resolve("samples/reference/fixtures/tiny/llama_text");
    try (var model = SmolVlm.load(text.toString())) {
      var refused =
          assertThrows(SmolVlmException.class, () -> model.generate(ask("What?"), event -> {}));
      assertTrue(refused.getMessage().contains("reads text only"), refused.getMessage());
    }
  }
}
