package io.smolvlm.models.engine;

import static io.smolvlm.models.engine.Asked.drawn;
import static io.smolvlm.models.engine.Asked.only;
import static io.smolvlm.models.engine.Asked.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.TokenMask;
import io.smolvlm.language.grammar.AnswerGrammar;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.engine.GenerationEvent.Failed;
import io.smolvlm.models.engine.GenerationEvent.Token;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  /// A grammar that holds the engine's thread at the third token.
  private record Holding(CountDownLatch held, CountDownLatch letGo) implements AnswerGrammar {
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
          if (seen == 2) {
            try {
              held.countDown();
              letGo.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
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

  @Test
  void whoWaitsForAStepThatDoesNotEndIsToldAndLaterAllGoesOn() throws InterruptedException {
    var isHeld = new CountDownLatch(1);
    var letGo = new CountDownLatch(1);
    var now = new AtomicLong(1);
    try (SmolVlm model = Asked.textModel();
        var engine = new Engine(model.engine().networks(), Asked.answers(1), now::get)) {
      PreparedRequest good = Asked.text(model, "Hello", drawn(1, 5));
      read(engine.submit(good, Admission.of("")));
      TokenStream held;
      try {
        held =
            engine.submit(
                Asked.text(
                    model,
                    "Hello",
                    Asked.with(drawn(1, 5), b -> b.grammar(new Holding(isHeld, letGo)))),
                Admission.of(""));
        TokenStream waiting = engine.submit(good, Admission.of(""));
        isHeld.await();
        now.addAndGet(EngineOptions.defaults().patience().toNanos() + 1);
        List<GenerationEvent> events = read(held);
        assertEquals(2, only(events, Token.class).size());
        assertInstanceOf(OverloadedException.class, ((Failed) events.getLast()).error());
        assertInstanceOf(Failed.class, read(waiting).getLast());
        assertTrue(engine.status().stalled());
        assertThrows(OverloadedException.class, () -> engine.submit(good, Admission.of("")));
      } finally {
        letGo.countDown();
      }
      assertTrue(engine.awaitIdle(Duration.ofSeconds(60)));
      engine.run(() -> {}); // the step has ended
      assertFalse(engine.status().stalled());
      assertEquals(0, engine.status().keyValueBytes());
      assertEquals(5, only(read(engine.submit(good, Admission.of(""))), Token.class).size());
      assertTrue(held.ended());
    }
  }
}
