package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.Decoder;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.tensor.kernel.Team;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Fast precisions of the embedded model.
class PrecisionTest {
  /// In the embedded model's words.
  private static final String TEXT =
      "<|im_start|>User:Describe this image.<end_of_utterance>\\nAssistant: From top to bottom: a"
          + " purple cross, a purple square, a brown triangle and a gray cross.<end_of_utterance>";

  @Test
  void autoIsExactWhileNoFasterOneKeepsToTheStatedError() {
    assertEquals(Precision.EXACT, Precision.AUTO.resolve());
    try (SmolVlm model = SmolVlm.load("tiny")) {
      assertEquals(Precision.EXACT, model.precision());
    }
  }

  @Test
  void namesAreReadInAnyCaseAndOthersRefused() {
    assertEquals(Precision.INT8, Precision.of("Int8"));
    var refused = assertThrows(SmolVlmException.class, () -> Precision.of("half"));
    assertEquals(ErrorCode.INVALID_VALUE, refused.code());
    assertEquals(
        "precision: found 'half', allowed auto, exact, int8 or int4", refused.getMessage());
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
