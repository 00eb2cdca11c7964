package io.smolvlm.models.engine;

import static io.smolvlm.models.engine.Asked.drawn;
import static io.smolvlm.models.engine.Asked.only;
import static io.smolvlm.models.engine.Asked.read;
import static io.smolvlm.models.engine.Asked.soFar;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.engine.GenerationEvent.Finished;
import io.smolvlm.models.engine.GenerationEvent.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is known is not computed again, and no answer can tell.
class CachesTest {
  private static final String PICTURE = "01-caption1.png";

  /// Bytes for three tiles and for a few beginnings: entries come and go.
  private static final long[] SCANT = {40_000, 3_000_000};

  private static AnswerParameters drawnWithLogprobs(long seed, int tokens) {
    return Asked.with(drawn(seed, tokens), b -> b.topLogprobs(1));
  }

  private static PreparedRequest about(SmolVlm model, String question, String... files) {
    return Asked.pictures(model, question, drawnWithLogprobs(3, 6), files);
  }

  /// Ids, and log-probabilities to the bit.
  private static List<Object> numbers(List<GenerationEvent> events) {
    List<Object> numbers = new ArrayList<>();
    for (Token token : only(events, Token.class)) {
      numbers.add(token.id());
      numbers.add(token.logprob());
    }
    return numbers;
  }

  private static int cached(List<GenerationEvent> events) {
    return only(events, Finished.class).getFirst().result().usage().cachedTokens();
  }

  private static EngineOptions options(long images, long prefixes) {
    return EngineOptions.defaults()
        .withQueue(4, 64, Duration.ofHours(1), 1L << 30)
        .withCaches(images, prefixes);
  }

  /// Questions about the same pictures, turns of one conversation, texts that begin alike.
  private static List<PreparedRequest> requests(SmolVlm model) {
    String text = "so it was told, and told again by those who had heard it; ".repeat(16);
    return List.of(
        about(model, "What do you see?", PICTURE),
        about(model, "What do you see?", PICTURE),
        about(model, "How many shapes are there, and which colours do they have?", PICTURE),
        about(model, "Compare them.", PICTURE, "02-colour1.png"),
        about(model, "Compare them again.", PICTURE, "02-colour1.png"),
        about(model, "Compare them the other way.", "02-colour1.png", PICTURE),
        Asked.text(model, text + "Why?", drawnWithLogprobs(4, 6)),
        Asked.text(model, text + "And then?", drawnWithLogprobs(4, 6)),
        Asked.text(model, text.substring(7), drawnWithLogprobs(4, 6)),
        Asked.text(model, "Hello", drawnWithLogprobs(5, 6)));
  }

  @ParameterizedTest
  @EnumSource(
      value = LoadOptions.Executor.class,
      names = {"KERNELS", "TORCH"})
  void answersAreTheSameToTheBitWhateverIsKept(LoadOptions.Executor executor) {
    long seed = new Random().nextLong();
    var random = new Random(seed);
    try (SmolVlm model = Asked.pilot(1, executor)) {
      List<PreparedRequest> requests = requests(model);
      List<List<Object>> uncached = new ArrayList<>();
      try (var engine = new Engine(model.engine().networks(), options(0, 0))) {
        for (PreparedRequest request : requests) {
          List<GenerationEvent> events = read(engine.submit(request, Admission.of("")));
          assertEquals(0, cached(events));
          uncached.add(numbers(events));
        }
        var nothing = new CacheStatus(0, 0, 0, 0, 0);
        assertEquals(nothing, engine.status().images());
        assertEquals(nothing, engine.status().prefixes());
      }
      List<long[]> budgets = new ArrayList<>(List.of(new long[] {1L << 26, 1L << 28}));
      if (executor == LoadOptions.Executor.KERNELS) {
        budgets.add(SCANT);
        budgets.add(new long[] {0, 1L << 28});
        budgets.add(new long[] {1L << 26, 0});
      }
      for (long[] budget : budgets) {
        try (var engine = new Engine(model.engine().networks(), options(budget[0], budget[1]))) {
          int found = 0;
          for (int round = 0; round < 2; round++) {
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < requests.size(); i++) {
              order.add(i);
            }
            Collections.shuffle(order, random);
            List<TokenStream> streams = new ArrayList<>();
            for (int i : order) {
              streams.add(engine.submit(requests.get(i), Admission.of("")));
            }
            for (int i = 0; i < streams.size(); i++) {
              List<GenerationEvent> events = read(streams.get(i));
              found += cached(events);
              assertEquals(
                  uncached.get(order.get(i)),
                  numbers(events),
                  "request %d, budgets %d and %d, seed %d"
                      .formatted(order.get(i), budget[0], budget[1], seed));
            }
          }
          EngineStatus status = engine.status();
          assertTrue(status.images().bytes() <= budget[0], status.toString());
          assertTrue(status.prefixes().bytes() <= budget[1], status.toString());
          assertEquals(found, status.prefixes().hits());
          if (budget[0] != SCANT[0]) { // there the order decides whether any of it is found
            assertEquals(budget[1] > 0, found > 0);
            assertEquals(budget[0] > 0, status.images().hits() > 0);
          }
        }
      }
    }
  }

  /// Tiles encoded and prompt rows computed.
  private static final class Work implements EngineListener {
    int tiles;
    int rows;

    @Override
    public void tileEncoded(double millis) {
      tiles++;
    }

    @Override
    public void prefilled(int count, double millis) {
      rows += count;
    }
  }

  @Test
  void anotherQuestionAboutThePictureComputesTheQuestionOnly() {
    try (SmolVlm model = Asked.pilot(1, LoadOptions.Executor.KERNELS);
        var driven = new HandDriven(model, Asked.answers(4))) {
      var work = new Work();
      driven.listeners.add(work);
      PreparedRequest first = about(model, "What do you see?", PICTURE);
      driven.submit(first);
      driven.toTheEnd();
      assertEquals(first.prompt().length(), work.rows);
      int tiles = work.tiles;
      assertTrue(tiles > 0 && tiles <= first.tiles());
      work.rows = 0;
      PreparedRequest second = about(model, "Which colours do you see?", PICTURE);
      TokenStream stream = driven.submit(second);
      driven.toTheEnd();
      Prompt.Tile last = second.prompt().tiles().getLast();
      int pictureEnd = last.start() + last.length();
      assertEquals(second.prompt().length() - pictureEnd, work.rows);
      assertEquals(tiles, work.tiles);
      assertEquals(pictureEnd, cached(soFar(stream)));
      CacheStatus prefixes = driven.scheduler.prefixes();
      assertEquals(pictureEnd, prefixes.hits());
      assertEquals(first.prompt().length() + work.rows, prefixes.misses());
    }
  }

  /// They come at once: while the first is under way the others find what it has done.
  @Test
  void requestsAtTheSameTimeEncodeAPictureOnce() {
    try (SmolVlm model = Asked.pilot(1, LoadOptions.Executor.KERNELS)) {
      int alone;
      try (var driven = new HandDriven(model, Asked.answers(4))) {
        var work = new Work();
        driven.listeners.add(work);
        driven.submit(about(model, "What do you see?", PICTURE));
        driven.toTheEnd();
        alone = work.tiles;
      }
      try (var driven = new HandDriven(model, Asked.answers(4))) {
        var work = new Work();
        driven.listeners.add(work);
        for (int i = 0; i < 4; i++) {
          driven.submit(about(model, "Question " + i, PICTURE));
        }
        driven.toTheEnd();
        assertEquals(alone, work.tiles);
        int most = about(model, "Question 0", PICTURE).prompt().length() + 4 * 64;
        assertTrue(work.rows < most, work.rows + " rows");
      }
    }
  }

  /// By how fast an answer comes one must not learn what another has shown.
  @Test
  void clientsDoNotShare() {
    try (SmolVlm model = Asked.pilot(1, LoadOptions.Executor.KERNELS);
        var driven = new HandDriven(model, Asked.answers(4))) {
      var work = new Work();
      driven.listeners.add(work);
      PreparedRequest request = about(model, "What do you see?", PICTURE);
      driven.submit(request, "one", Admission.DEFAULT_DEADLINE);
      driven.toTheEnd();
      int tiles = work.tiles;
      TokenStream other = driven.submit(request, "other", Admission.DEFAULT_DEADLINE);
      driven.toTheEnd();
      assertEquals(2 * tiles, work.tiles);
      assertEquals(0, cached(soFar(other)));
      TokenStream same = driven.submit(request, "other", Admission.DEFAULT_DEADLINE);
      driven.toTheEnd();
      assertEquals(2 * tiles, work.tiles);
      assertTrue(cached(soFar(same)) > 0);
    }
  }
}
