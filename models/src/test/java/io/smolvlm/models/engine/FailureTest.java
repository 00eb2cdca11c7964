package io.smolvlm.models.engine;

import static io.smolvlm.models.engine.Asked.drawn;
import static io.smolvlm.models.engine.Asked.ids;
import static io.smolvlm.models.engine.Asked.only;
import static io.smolvlm.models.engine.Asked.read;
import static io.smolvlm.models.engine.Asked.soFar;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.KvCache;
import io.smolvlm.language.TokenMask;
import io.smolvlm.language.grammar.AnswerGrammar;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.engine.GenerationEvent.Failed;
import io.smolvlm.models.engine.GenerationEvent.Token;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.SmolVlmException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What goes wrong in one request ends that one.
class FailureTest {
  private static final SmolVlm MODEL = Asked.textModel();
  private static final String SECRET = "the user's own words";

  @AfterAll
  static void close() {
    MODEL.close();
  }

  /// A grammar that fails when it has seen so many tokens.
  private record Failing(int after, Throwable failure) implements AnswerGrammar {
    @Override
    public int minimumTokens() {
      return 1;
    }

    @Override
    public TokenMask start(int maxTokens) {
      return new TokenMask() {
        private int seen;

        @Override
        public void apply(float[] logits) {
          if (seen == after) {
            switch (failure) {
              case RuntimeException e -> throw e;
              case Error e -> throw e;
              default -> throw new IllegalStateException(failure);
            }
          }
        }

        @Override
        public void accept(int id) {
          seen++;
        }
      };
    }
  }

  static Stream<Arguments> failures() {
    return Stream.of(
            Arguments.of(new IllegalStateException(SECRET), ErrorCode.INTERNAL),
            Arguments.of(new OutOfMemoryError(SECRET), ErrorCode.OVERLOADED),
            Arguments.of(new StackOverflowError(SECRET), ErrorCode.INTERNAL),
            Arguments.of(new AssertionError(SECRET), ErrorCode.INTERNAL),
            Arguments.of(new SmolVlmException(ErrorCode.LIMIT, "sampling: none"), ErrorCode.LIMIT))
        .flatMap(a -> Stream.of(0, 1, 5).map(n -> Arguments.of(a.get()[0], a.get()[1], n)));
  }

  @ParameterizedTest(name = "{0} after {2} tokens")
  @MethodSource("failures")
  void othersGoOn(Throwable failure, ErrorCode code, int after) {
    PreparedRequest good = Asked.text(MODEL, "Hello", drawn(4, 12));
    List<List<Integer>> alone = ids(read(MODEL.engine().submit(good, Admission.of(""))));
    PreparedRequest bad =
        Asked.text(
            MODEL,
            "Hello",
            Asked.with(drawn(4, 12), b -> b.grammar(new Failing(after, failure)).choices(2)));
    try (var driven = new HandDriven(MODEL, Asked.answers(8))) {
      TokenStream before = driven.submit(good);
      TokenStream failing = driven.submit(bad);
      TokenStream behind = driven.submit(good);
      driven.toTheEnd();
      assertEquals(alone, ids(soFar(before)));
      assertEquals(alone, ids(soFar(behind)));
      List<GenerationEvent> events = soFar(failing);
      Failed failed = assertInstanceOf(Failed.class, events.getLast());
      assertEquals(code, failed.error().code());
      assertFalse(String.valueOf(failed.error().getMessage()).contains(SECRET));
      assertEquals(1, only(events, Failed.class).size());
      assertTrue(failing.ended());
      assertEquals(3, driven.ended);
      assertEquals(0, driven.scheduler.keyValueBytes());
    }
  }

  @Test
  void theLogGetsNoContent() {
    String log =
        Faults.described(
            new IllegalStateException(SECRET, new NumberFormatException("in " + SECRET)));
    assertFalse(log.contains(SECRET), log);
    assertTrue(log.contains("IllegalStateException") && log.contains("NumberFormatException"), log);
    assertTrue(log.contains("theLogGetsNoContent"), log);
  }

  /// A pass that fails for all is made again for each alone, and only the culprit fails.
  @Test
  void aStepThatFailsAsAWholeIsMadeAgainForEachAlone() {
    Networks networks = MODEL.engine().networks();
    List<List<Integer>> shown = new ArrayList<>();
    List<Choice> choices = new ArrayList<>();
    List<KvCache> caches = new ArrayList<>();
    try (Arena arena = Arena.ofShared();
        var step = new DecodeStep(networks.decoder(), 4, 0, System::nanoTime)) {
      for (int i = 0; i < 3; i++) {
        PreparedRequest request = Asked.text(MODEL, "Hello", drawn(i, 12));
        List<Integer> ids = new ArrayList<>();
        shown.add(ids);
        var cache = new KvCache(networks.text());
        caches.add(cache);
        var choice =
            new Choice(
                0,
                request,
                networks,
                cache,
                new Choice.Listener() {
                  @Override
                  public void token(Token token) {
                    ids.add(token.id());
                  }

                  @Override
                  public void ended(Choice ended, String rest) {}
                });
        Matrix x = request.embed(networks.decoder(), networks.decoder().rows(arena, 0), arena);
        networks.decoder().forward(x, cache);
        Matrix logits = Matrix.allocate(arena, 1, networks.text().vocabularySize());
        networks.decoder().logits(x.slice(x.rows() - 1, x.rows()), logits);
        choice.begin(logits);
        choices.add(choice);
      }
      caches.get(1).blocks(1).getFirst().release(); // its memory is gone, which no other shares
      List<Choice> failed = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        step.run(
            choices.stream().filter(c -> !failed.contains(c)).toList(), (c, e) -> failed.add(c));
      }
      assertEquals(List.of(choices.get(1)), failed);
      for (int i : new int[] {0, 2}) {
        PreparedRequest request = Asked.text(MODEL, "Hello", drawn(i, 12));
        assertEquals(
            ids(read(MODEL.engine().submit(request, Admission.of("")))).getFirst(), shown.get(i));
      }
      choices.get(0).close();
      choices.get(2).close();
    }
  }
}
