package io.smolvlm.models.engine;

import static io.smolvlm.models.engine.Asked.drawn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.engine.GenerationEvent.Failed;
import io.smolvlm.models.engine.GenerationEvent.Token;
import io.smolvlm.tensor.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The engine's thread itself ends by an error.
class EngineThreadTest {
  @Test
  @Timeout(60)
  void nobodyWaitsForAThreadThatHasEnded() throws Exception {
    var broken = new AtomicReference<@Nullable Error>();
    try (SmolVlm model = Asked.textModel()) {
      var engine =
          new Engine(
              model.engine().networks(),
              Asked.answers(1),
              () -> {
                Error error = broken.get();
                if (error != null && Thread.currentThread().getName().equals("smolvlm-engine")) {
                  throw error; // where no request can be blamed
                }
                return System.nanoTime();
              });
      PreparedRequest request = Asked.text(model, "Hello", drawn(4, 5000));
      TokenStream running = engine.submit(request, Admission.of(""));
      TokenStream waiting = engine.submit(request, Admission.of(""));
      while (!(running.next(Duration.ofSeconds(30)).orElseThrow() instanceof Token)) {
        // what comes before the first token
      }
      var error = new OutOfMemoryError("none left");
      var held = new CountDownLatch(1);
      var letGo = new CountDownLatch(1);
      Thread holding = Thread.ofVirtual().start(() -> engine.run(() -> await(held, letGo)));
      held.await();
      var behind = new AtomicReference<@Nullable Throwable>();
      Thread task =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  engine.run(() -> {});
                } catch (Throwable e) {
                  behind.set(e);
                }
              });
      while (task.getState() != Thread.State.WAITING) {
        Thread.sleep(1);
      }
      broken.set(error);
      letGo.countDown();
      holding.join();
      for (TokenStream stream : List.of(running, waiting)) {
        List<GenerationEvent> events = new ArrayList<>();
        while (!stream.ended()) {
          stream.next(Duration.ofSeconds(30)).ifPresent(events::add);
        }
        Failed failed = assertInstanceOf(Failed.class, events.getLast());
        assertEquals(ErrorCode.OVERLOADED, failed.error().code(), "there is no memory");
      }
      task.join();
      assertSame(error, behind.get());
      assertTrue(engine.awaitIdle(Duration.ofSeconds(30)));
      assertTrue(engine.status().draining(), "and nothing is taken on");
      assertThrows(IllegalStateException.class, () -> engine.submit(request, Admission.of("")));
      broken.set(null);
      engine.close();
    }
  }

  private static void await(CountDownLatch held, CountDownLatch letGo) {
    held.countDown();
    try {
      letGo.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
