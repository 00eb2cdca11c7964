package io.smolvlm.models.engine;

import static io.smolvlm.models.engine.Asked.drawn;
import static io.smolvlm.models.engine.Asked.only;
import static io.smolvlm.models.engine.Asked.soFar;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.TokenMask;
import io.smolvlm.language.grammar.AnswerGrammar;
import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.engine.GenerationResult.FinishReason;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// What each parameter does to an answer.
class AnswerParametersTest {
  private static final SmolVlm PILOT = Asked.pilot(1, LoadOptions.Executor.KERNELS);

  @AfterAll
  static void close() {
    PILOT.close();
  }

  private static GenerationResult answer(UnaryOperator<AnswerParameters.Builder> change) {
    return answer(Asked.with(AnswerParameters.DEFAULT, change));
  }

  private static GenerationResult answer(AnswerParameters parameters) {
    return answer(Asked.pictures(PILOT, "What do you see?", parameters, "01-caption1.png"));
  }

  private static GenerationResult answer(PreparedRequest request) {
    try (var driven = new HandDriven(PILOT, Asked.answers(8))) {
      TokenStream stream = driven.submit(request);
      driven.toTheEnd();
      List<GenerationEvent> events = soFar(stream);
      var finished = only(events, GenerationEvent.Finished.class).getFirst();
      var shown = new StringBuilder();
      only(events, GenerationEvent.Token.class).forEach(t -> shown.append(t.text()));
      assertEquals(finished.result().text(), shown + finished.rest());
      return finished.result();
    }
  }

  /// `A white circle in the middle of a gray background.` and the end token.
  private static final GenerationResult PLAIN = answer(b -> b);

  @Test
  void beforeTheLeastTokensNoEndTokenComes() {
    int end = PLAIN.ids().getLast();
    GenerationResult longer = answer(b -> b.minTokens(20).maxTokens(60));
    assertTrue(longer.ids().size() > 20);
    assertFalse(longer.ids().subList(0, 20).contains(end));
    assertEquals(FinishReason.LENGTH, answer(b -> b.minTokens(15).maxTokens(15)).finishReason());
  }

  @Test
  void beforeTheLeastTokensNoStopTextCounts() {
    List<String> stop = List.of(" in", " of");
    assertEquals("A white circle", answer(b -> b.stop(stop)).text());
    assertEquals("A white circle in the middle", answer(b -> b.stop(stop).minTokens(5)).text());
  }

  @Test
  void ignoringTheEndGoesOnToTheMost() {
    GenerationResult longer = answer(b -> b.ignoreEos(true).maxTokens(40));
    assertEquals(40, longer.ids().size());
    assertEquals(FinishReason.LENGTH, longer.finishReason());
    assertEquals(PLAIN.ids(), longer.ids().subList(0, PLAIN.ids().size()));
  }

  @Test
  void anExtraEndTokenEndsAndIsNotShown() {
    int third = PLAIN.ids().get(2);
    GenerationResult ended = answer(b -> b.stopTokenIds(Set.of(third)));
    assertEquals(PLAIN.ids().subList(0, 3), ended.ids());
    assertEquals(FinishReason.STOP, ended.finishReason());
    assertTrue(PLAIN.text().startsWith(ended.text()) && ended.text().length() < 14);
  }

  @Test
  void biasMovesTheChoice() {
    int first = PLAIN.ids().getFirst();
    assertFalse(answer(b -> b.logitBias(Map.of(first, -100f))).ids().getFirst() == first);
    GenerationResult pushed = answer(b -> b.logitBias(Map.of(first, 100f)).maxTokens(5));
    assertEquals(List.of(first, first, first, first, first), pushed.ids());
    var beyond =
        assertThrows(SmolVlmException.class, () -> answer(b -> b.logitBias(Map.of(1_000_000, 1f))));
    assertEquals(ErrorCode.INVALID_VALUE, beyond.code());
  }

  @Test
  void anAnswerThatGoesInACircleIsEndedUnlessAskedNotTo() {
    int first = PLAIN.ids().getFirst();
    UnaryOperator<AnswerParameters.Builder> circle = b -> b.logitBias(Map.of(first, 100f));
    GenerationResult ended = answer(circle);
    assertEquals(FinishReason.REPETITION, ended.finishReason());
    assertEquals(RepetitionRule.SPAN, ended.ids().size());
    GenerationResult left = answer(b -> circle.apply(b).stopRepetition(false).maxTokens(200));
    assertEquals(FinishReason.LENGTH, left.finishReason());
    assertEquals(200, answer(b -> circle.apply(b).ignoreEos(true).maxTokens(200)).ids().size());
    assertEquals(150, answer(b -> circle.apply(b).minTokens(150)).ids().size());
  }

  /// Permits one token, then the end.
  private record One(int token, int end) implements AnswerGrammar {
    @Override
    public int minimumTokens() {
      return 2;
    }

    @Override
    public TokenMask start(int maxTokens) {
      return new TokenMask() {
        private int only = token;

        @Override
        public void apply(float[] logits) {
          for (int id = 0; id < logits.length; id++) {
            logits[id] = id == only ? logits[id] : Float.NEGATIVE_INFINITY;
          }
        }

        @Override
        public void accept(int id) {
          only = end;
        }
      };
    }
  }

  @Test
  void aGrammarSaysWhatComesAndWhenItIsComplete() {
    int end = PLAIN.ids().getLast();
    int token = PLAIN.ids().get(3);
    for (boolean ignore : new boolean[] {false, true}) {
      GenerationResult result =
          answer(b -> b.grammar(new One(token, end)).ignoreEos(ignore).minTokens(9));
      assertEquals(List.of(token, end), result.ids());
      assertEquals(FinishReason.STOP, result.finishReason());
    }
  }

  @Test
  void idsAsAPromptAreContinuedAsTheyStand() {
    int[] ids = PILOT.tokenizer().encode("A white circle");
    PreparedRequest raw = PILOT.prepare(ids, drawn(3, 12));
    assertEquals(ids.length, raw.prompt().length());
    assertEquals("A white circle", raw.prompt().text());
    assertFalse(raw.prompt().ofTemplate());
    GenerationResult result = answer(raw);
    assertEquals(
        PILOT.tokenizer().decode(visible(result.ids())), result.text(), "no space is taken away");
    for (int[] bad : new int[][] {{}, {-1}, {1, 1_000_000}}) {
      var refused =
          assertThrows(SmolVlmException.class, () -> PILOT.prepare(bad, AnswerParameters.DEFAULT));
      assertEquals(ErrorCode.INVALID_VALUE, refused.code());
    }
    assertThrows(
        ContextLengthException.class, () -> PILOT.prepare(new int[2048], AnswerParameters.DEFAULT));
  }

  private static int[] visible(List<Integer> ids) {
    return ids.stream()
        .mapToInt(Integer::intValue)
        .filter(id -> !PILOT.tokenizer().isSpecial(id))
        .toArray();
  }

  @Test
  void valuesOutsideTheirRangesAreRefusedByName() {
    List<UnaryOperator<AnswerParameters.Builder>> wrong =
        List.of(
            b -> b.maxTokens(0),
            b -> b.minTokens(-1),
            b -> b.maxTokens(5).minTokens(6),
            b -> b.topLogprobs(21),
            b -> b.topLogprobs(-2),
            b -> b.choices(0),
            b -> b.choices(9),
            b -> b.logitBias(Map.of(1, 101f)),
            b -> b.logitBias(Map.of(1, Float.NaN)),
            b -> b.stop(List.of("")));
    List<String> names =
        List.of(
            "max_tokens: found 0, allowed 1 or more",
            "min_tokens: found -1, allowed 0 to 500",
            "min_tokens: found 6, allowed 0 to 5",
            "top_logprobs: found 21, allowed 0 to 20",
            "top_logprobs: found -2, allowed 0 to 20",
            "n: found 0, allowed 1 to 8",
            "n: found 9, allowed 1 to 8",
            "logit_bias: found 101, allowed -100 to 100",
            "logit_bias: found NaN, allowed -100 to 100",
            "stop: found an empty text, needed at least one character");
    for (int i = 0; i < wrong.size(); i++) {
      var change = wrong.get(i);
      var refused =
          assertThrows(SmolVlmException.class, () -> Asked.with(AnswerParameters.DEFAULT, change));
      assertEquals(names.get(i), refused.getMessage());
      assertEquals(ErrorCode.INVALID_VALUE, refused.code());
    }
  }
}
