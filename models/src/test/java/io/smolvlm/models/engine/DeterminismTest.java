package io.smolvlm.models.engine;

import static io.smolvlm.models.engine.Asked.drawn;
import static io.smolvlm.models.engine.Asked.ids;
import static io.smolvlm.models.engine.Asked.pictures;
import static io.smolvlm.models.engine.Asked.read;
import static io.smolvlm.models.engine.Asked.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.SmolVlm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The same request with the same seed gives the same answer, whatever runs beside it.
class DeterminismTest {
  private static List<PreparedRequest> requests(SmolVlm model) {
    return List.of(
        pictures(model, "What do you see?", AnswerParameters.DEFAULT, "01-caption1.png"),
        pictures(model, "What do you see?", drawn(7, 40), "01-caption1.png"),
        pictures(
            model,
            "Compare them.",
            Asked.with(drawn(8, 25), b -> b.choices(3)),
            "02-colour1.png",
            "03-shape1.png"),
        text(model, "Hello", drawn(9, 60)),
        text(model, "a long text of words, ".repeat(30), drawn(10, 30)),
        text(model, "Hello again", Asked.with(drawn(11, 35), b -> b.choices(2).topLogprobs(2))));
  }

  /// Ids, and log-probabilities to the bit.
  private static List<Object> numbers(List<GenerationEvent> events) {
    List<Object> numbers = new ArrayList<>(ids(events));
    List<List<Float>> each = new ArrayList<>();
    for (var token : Asked.only(events, GenerationEvent.Token.class)) {
      while (each.size() <= token.choice()) {
        each.add(new ArrayList<>());
      }
      each.get(token.choice()).add(token.logprob());
    }
    numbers.addAll(each);
    return numbers;
  }

  private static List<Object> alone(SmolVlm model, PreparedRequest request) {
    return numbers(read(model.engine().submit(request, Admission.of(""))));
  }

  @ParameterizedTest
  @EnumSource(
      value = LoadOptions.Executor.class,
      names = {"KERNELS", "TORCH"})
  void answersDoNotDependOnWhatRunsBesideThem(LoadOptions.Executor executor)
      throws InterruptedException {
    long seed = new Random().nextLong();
    var random = new Random(seed);
    try (SmolVlm model = Asked.pilot(2, executor)) {
      List<PreparedRequest> requests = requests(model);
      List<List<Object>> alone = requests.stream().map(r -> alone(model, r)).toList();
      for (int round = 0; round < 3; round++) {
        int most = 1 + random.nextInt(8);
        try (var engine = new Engine(model.engine().networks(), Asked.answers(most))) {
          List<Integer> order = new ArrayList<>();
          for (int i = 0; i < 2 * requests.size(); i++) {
            order.add(i % requests.size());
          }
          Collections.shuffle(order, random);
          List<TokenStream> streams = new ArrayList<>();
          for (int i : order) {
            var admission = Admission.of("client " + random.nextInt(3));
            streams.add(engine.submit(requests.get(i), admission));
            if (random.nextInt(4) == 0) {
              var cancelled = engine.submit(requests.get(random.nextInt(6)), admission);
              Thread.sleep(random.nextInt(30));
              cancelled.cancel();
            }
            Thread.sleep(random.nextInt(20));
          }
          for (int i = 0; i < streams.size(); i++) {
            int which = order.get(i);
            assertEquals(
                alone.get(which),
                numbers(read(streams.get(i))),
                "request " + which + ", " + most + " answers at a time, seed " + seed);
          }
        }
      }
    }
  }

  @Test
  void choicesEqualRequestsOfTheirSeeds() {
    try (SmolVlm model = Asked.pilot(1, LoadOptions.Executor.KERNELS);
        var engine = new HandDriven(model, Asked.answers(8))) {
      TokenStream three =
          engine.submit(
              pictures(
                  model,
                  "What do you see?",
                  Asked.with(drawn(40, 30), b -> b.choices(3)),
                  "07-caption2.png"),
              "",
              Duration.ofHours(1));
      engine.toTheEnd();
      List<GenerationEvent> events = read(three);
      assertEquals(5, Asked.only(events, GenerationEvent.TilesEncoded.class).size());
      for (int i = 0; i < 3; i++) {
        PreparedRequest one =
            pictures(model, "What do you see?", drawn(40 + i, 30), "07-caption2.png");
        assertEquals(alone(model, one).getFirst(), ids(events).get(i), "choice " + i);
      }
    }
  }
}
