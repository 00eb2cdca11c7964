package io.smolvlm.models.engine;

import static io.smolvlm.models.engine.Asked.drawn;
import static io.smolvlm.models.engine.Asked.ids;
import static io.smolvlm.models.engine.Asked.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.SamplingParameters;
import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.Precision;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.engine.GenerationEvent.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Drafts change how soon an answer is there, and nothing else.
class DraftsTest {
  private static final AnswerParameters LONG = greedy(120);

  /// What drafts were made of, and how many steps it took.
  private static final class Counts implements EngineListener {
    private int drafted;
    private int right;
    private int steps;
    private int tokens;

    @Override
    public void decoded(int answers, int count, double millis) {
      steps++;
      tokens += count;
    }

    @Override
    public void drafted(int count, int came) {
      drafted += count;
      right += came;
    }
  }

  private static AnswerParameters greedy(int tokens) {
    return AnswerParameters.DEFAULT.toBuilder()
        .sampling(SamplingParameters.GREEDY)
        .maxTokens(tokens)
        .ignoreEos(true)
        .topLogprobs(2)
        .build();
  }

  /// One of the best three tokens each time: much comes again and goes on in another way.
  private static AnswerParameters drawnOfThree(int seed) {
    return Asked.with(
        drawn(seed, 100),
        b -> b.sampling(new SamplingParameters(2, 3, 1, 0, 1, 0, 0, 0, seed)).topLogprobs(1));
  }

  /// Greedily the pilot goes in circles when its end is ignored.
  private static List<PreparedRequest> requests(SmolVlm model) {
    return List.of(
        Asked.text(model, "Hello hello hello", LONG),
        Asked.pictures(model, "What do you see?", LONG, "01-caption1.png"),
        Asked.pictures(model, "What do you see?", drawnOfThree(3), "01-caption1.png"),
        Asked.pictures(
            model,
            "What do you see?",
            Asked.with(drawnOfThree(4), b -> b.choices(2)),
            "02-colour1.png"));
  }

  private static List<Object> numbers(List<GenerationEvent> events) {
    List<Object> numbers = new ArrayList<>(ids(events));
    for (int choice = 0; choice < ids(events).size(); choice++) {
      int which = choice;
      numbers.add(
          Asked.only(events, Token.class).stream()
              .filter(t -> t.choice() == which)
              .map(t -> List.of(t.id(), t.text(), t.logprob(), t.top()))
              .toList());
    }
    return numbers;
  }

  private static List<Object> run(
      SmolVlm model, int drafts, Counts counts, List<PreparedRequest> requests) {
    List<Object> all = new ArrayList<>();
    try (var engine = new HandDriven(model, EngineOptions.defaults().withDrafts(drafts))) {
      engine.listeners.add(counts);
      List<TokenStream> streams = new ArrayList<>();
      for (PreparedRequest request : requests) {
        streams.add(engine.submit(request, "", Duration.ofHours(1)));
      }
      engine.toTheEnd();
      streams.forEach(s -> all.add(numbers(read(s))));
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"EXACT", "INT8", "INT4"})
  void answersAreTheSameToTheBit(Precision precision) {
    var options = new LoadOptions(2, LoadOptions.Executor.KERNELS).with(precision);
    try (SmolVlm model = Asked.pilot(options)) {
      List<PreparedRequest> requests = requests(model);
      var with = new Counts();
      var without = new Counts();
      for (PreparedRequest request : requests) {
        assertEquals(
            run(model, 0, without, List.of(request)), run(model, 7, with, List.of(request)));
      }
      assertEquals(0, without.drafted);
      assertTrue(with.drafted > with.right, "some must have been wrong");
      assertEquals(without.tokens, with.tokens);
      assertTrue(
          with.right > 80 && with.steps < without.steps * 2 / 3,
          with.steps + " steps in place of " + without.steps);
      assertEquals(run(model, 0, without, requests), run(model, 7, with, requests), "side by side");
    }
  }

  @Test
  void anAnswerEndsWhereItWouldWithoutDrafts() {
    try (SmolVlm model = Asked.pilot(1, LoadOptions.Executor.KERNELS)) {
      for (int tokens = 1; tokens < 40; tokens += 6) {
        var request = Asked.text(model, "Hello hello hello", greedy(tokens));
        var whole =
            Asked.text(model, "Hello hello hello", Asked.with(LONG, b -> b.stop(List.of("e"))));
        var counts = new Counts();
        assertEquals(
            run(model, 0, counts, List.of(request, whole)),
            run(model, 7, counts, List.of(request, whole)));
      }
    }
  }

  @Test
  void draftsLeaveRoomForOtherAnswers() {
    try (SmolVlm model = Asked.pilot(1, LoadOptions.Executor.KERNELS)) {
      List<PreparedRequest> three = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        three.add(Asked.text(model, "Hello hello hello", LONG));
      }
      var counts = new Counts();
      run(model, 7, counts, three);
      assertEquals(0, counts.drafted, "of three a draft would be of one token");
    }
  }
}
