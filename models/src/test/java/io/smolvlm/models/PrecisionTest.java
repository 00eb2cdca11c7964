package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.smolvlm.language.Decoder;
import io.smolvlm.language.Decoder.Prompts;
import io.smolvlm.language.DecoderWeights;
import io.smolvlm.language.Message;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.torch.Arithmetic;
import io.smolvlm.tensor.torch.Bfloat16Speed;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.RgbImage;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Fast precisions of the embedded model.
class PrecisionTest {
  /// In the embedded model's words.
  private static final String TEXT =
      "<|im_start|>User:Describe this image.<end_of_utterance>\\nAssistant: From top to bottom: a"
          + " purple cross, a purple square, a brown triangle and a gray cross.<end_of_utterance>";

  @Test
  void autoIsTheFastestThatKeepsToTheStatedError() {
    assertEquals(Precision.EXACT, Precision.AUTO.resolve(false));
    assertEquals(Precision.BF16, Precision.AUTO.resolve(true));
    assertEquals(Precision.INT8, Precision.INT8.resolve(true));
    try (SmolVlm model = SmolVlm.load("tiny")) { // too small for libtorch
      assertEquals(Precision.EXACT, model.precision());
    }
  }

  @Test
  void namesAreReadInAnyCaseAndOthersRefused() {
    assertEquals(Precision.INT8, Precision.of("Int8"));
    var refused = assertThrows(SmolVlmException.class, () -> Precision.of("half"));
    assertEquals(ErrorCode.INVALID_VALUE, refused.code());
    assertEquals(
        "precision: found 'half', allowed auto, exact, bf16, int8 or int4", refused.getMessage());
  }

  /// Through libtorch, so in bfloat16 where the processor has it.
  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"AUTO", "BF16", "INT8", "INT4"})
  void picturesAreDescribedInEveryPrecision(Precision precision) {
    var options = LoadOptions.defaults().with(LoadOptions.Executor.TORCH).with(precision);
    RgbImage image =
        new ImageReader().read(Fixtures.projectRoot().resolve("samples/images/heart.png"));
    try (SmolVlm model = SmolVlm.load(new ModelCatalog().resolve("tiny", null), options)) {
      assertNotEquals(Precision.AUTO, model.precision());
      var request =
          GenerationRequest.of(List.of(Message.user(1, "Describe this image.")), List.of(image));
      assertTrue(model.generate(request, _ -> {}).text().contains("heart"));
    }
  }

  @Test
  void promptsInBfloat16() {
    assumeTrue(Bfloat16Speed.measure().pays(), "the processor has no bfloat16");
    try (Checkpoint tiny = new ModelCatalog().resolve("tiny", null);
        Arena arena = Arena.ofShared();
        Team team = new Team(2)) {
      var weights = new NetworkWeights(tiny.weights(), arena, team, true);
      var text = tiny.config().text();
      int[] ids = tiny.tokenizer().encode(TEXT);
      DecoderWeights packed = weights.decoder(Precision.INT8);
      var prompts = new Prompts(passing -> weights.halves(packed, passing), Arithmetic.BFLOAT16);
      try (var exact = new Decoder(text, weights.decoder(), team, null);
          var fast = new Decoder(text, packed, team, prompts)) {
        Likelihood expected = Likelihood.ofPrompt(exact, ids);
        Likelihood found = Likelihood.ofPrompt(fast, ids);
        double same = expected.agreement(found);
        double more = found.meanNegativeLogLikelihood() / expected.meanNegativeLogLikelihood() - 1;
        assertTrue(same >= 0.98 && Math.abs(more) <= 0.005, same + " " + more);
      }
    }
  }

  /// A small model feels rounding more than a large one; these are its measured figures with some
  /// room: the share of equal choices, and how far the mean likelihood of the text may move, as a
  /// share of itself.
  @ParameterizedTest
  @CsvSource({"INT8, 0.98, 0.005", "INT4, 0.85, 0.04"})
  void embeddedModelSaysNearlyTheSame(Precision precision, double agreement, double change) {
    try (Checkpoint tiny = new ModelCatalog().resolve("tiny", null);
        Arena arena = Arena.ofShared();
        Team team = new Team(2)) {
      var weights = new NetworkWeights(tiny.weights(), arena, team, false);
      var text = tiny.config().text();
      int[] ids = tiny.tokenizer().encode(TEXT);
      try (var exact = new Decoder(text, weights.decoder(), team, null);
          var fast = new Decoder(text, weights.decoder(precision), team, null)) {
        Likelihood expected = Likelihood.of(exact, ids);
        Likelihood found = Likelihood.of(fast, ids);
        double same = expected.agreement(found);
        double more = found.meanNegativeLogLikelihood() / expected.meanNegativeLogLikelihood() - 1;
        String figures = "%s: agreement %.3f, likelihood %+.4f".formatted(precision, same, more);
        assertTrue(same >= agreement && Math.abs(more) <= change, figures);
      }
    }
  }
}
