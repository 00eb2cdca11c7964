package io.smolvlm.models.engine;

import static io.smolvlm.models.engine.Asked.drawn;
import static io.smolvlm.models.engine.Asked.only;
import static io.smolvlm.models.engine.Asked.read;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.Message;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.engine.GenerationEvent.Failed;
import io.smolvlm.models.engine.GenerationEvent.Finished;
import io.smolvlm.models.engine.GenerationEvent.Token;
import io.smolvlm.models.engine.GenerationResult.FinishReason;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The engine with its thread: admission, draining, closing, and many callers at once.
class EngineTest {
  private static final SmolVlm MODEL = Asked.textModel();

  private Engine engine = new Engine(MODEL.engine().networks(), Asked.answers(8));

  @AfterEach
  void end() {
    engine.close();
    engine.close();
  }

  @AfterAll
  static void close() {
    MODEL.close();
  }

  private static PreparedRequest text(int tokens) {
    return Asked.text(MODEL, "Tell me something.", drawn(tokens, tokens));
  }

  private static FinishReason reason(List<GenerationEvent> events) {
    return assertInstanceOf(Finished.class, events.getLast()).result().finishReason();
  }

  /// Holds the engine's thread until the result is closed.
  private AutoCloseable hold() throws InterruptedException {
    var held = new CountDownLatch(1);
    var letGo = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() ->
            engine.run(() -> {
              held.countDown();
              try {
                letGo.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }));
    held.await();
    return letGo::countDown;
  }

  @Test
  void aFullQueueRefusesAndSaysWhenToComeAgain() throws Exception {
    var refused = new AtomicInteger();
    engine.addListener(
        new EngineListener() {
          @Override
          public void refused(OverloadedException refusal) {
            refused.incrementAndGet();
          }
        });
    List<TokenStream> streams = new ArrayList<>();
    try (var _ = hold()) {
      for (int i = 0; i < 64; i++) {
        streams.add(engine.submit(text(2), Admission.of("many")));
      }
      assertEquals(64, engine.status().waiting());
      var full =
          assertThrows(
              OverloadedException.class, () -> engine.submit(text(2), Admission.of("many")));
      assertEquals(ErrorCode.OVERLOADED, full.code());
      long seconds = full.retryAfter().toSeconds();
      assertTrue(seconds >= 1 && seconds <= 10, full.retryAfter().toString());
      streams.add(engine.submit(text(2), Admission.of("another")));
      assertEquals(1, refused.get());
      assertNull(engine.refusal("a third"), "who has nothing waiting finds a place");
      assertEquals(1, refused.get());
      var unread = engine.refusal("many");
      assertNotNull(unread);
      assertEquals(seconds, unread.retryAfter().toSeconds());
      assertEquals(2, refused.get(), "listeners hear of it");
    }
    for (TokenStream stream : streams) {
      assertEquals(FinishReason.LENGTH, reason(read(stream)));
    }
    assertEquals(FinishReason.LENGTH, reason(read(engine.submit(text(2), Admission.of("many")))));
  }

  @Test
  void aPlaceTakenAheadIsThereWhenItsRequestComes() throws Exception {
    Engine.Place mine = engine.enter("late");
    List<TokenStream> streams = new ArrayList<>();
    List<Engine.Place> places = new ArrayList<>();
    try (var _ = hold()) {
      for (int i = 0; i < 63; i++) {
        streams.add(engine.submit(text(2), Admission.of("late")));
      }
      assertThrows(OverloadedException.class, () -> engine.enter("late"));
      assertThrows(OverloadedException.class, () -> engine.submit(text(2), Admission.of("late")));
      streams.add(engine.submit(text(2), Admission.of("late"), mine));
      mine.close();
      assertThrows(OverloadedException.class, () -> engine.enter("late"), "left once only");
    }
    for (TokenStream stream : streams) {
      assertEquals(FinishReason.LENGTH, reason(read(stream)));
    }
    for (int i = 0; i < 64; i++) {
      places.add(engine.enter("late"));
    }
    places.forEach(Engine.Place::close);
    engine.enter("late").close();
  }

  @Test
  void whatIsWaitingIsBoundedByEstimatedWorkToo() throws Exception {
    engine.close();
    var options = EngineOptions.defaults().withQueue(8, 64, Duration.ofMillis(1), 1L << 30);
    engine = new Engine(MODEL.engine().networks(), options);
    for (int i = 0; i < 3; i++) {
      read(engine.submit(text(50), Admission.of("")));
    }
    try (var _ = hold()) {
      engine.submit(text(5000), Admission.of("a"));
      assertThrows(
          OverloadedException.class,
          () -> {
            for (int i = 0; i < 20; i++) {
              engine.submit(text(5000), Admission.of("a"));
            }
          });
      assertTrue(engine.status().waiting() < 20);
    }
  }

  @Test
  void drainingAnswersWhatWasTakenOnAndNothingElse() throws InterruptedException {
    List<TokenStream> streams = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      streams.add(engine.submit(text(30), Admission.of("")));
    }
    engine.drain();
    assertTrue(engine.status().draining());
    var refused =
        assertThrows(OverloadedException.class, () -> engine.submit(text(1), Admission.of("")));
    assertTrue(refused.retryAfter().toSeconds() >= 1);
    assertFalse(engine.awaitIdle(Duration.ZERO) && engine.status().running() > 0);
    assertTrue(engine.awaitIdle(Duration.ofMinutes(2)));
    for (TokenStream stream : streams) {
      List<GenerationEvent> events = read(stream);
      assertEquals(FinishReason.LENGTH, reason(events));
      assertEquals(30, only(events, Token.class).size());
    }
    EngineStatus status = engine.status();
    assertEquals(0, status.running() + status.waiting() + status.keyValueBytes());
  }

  @Test
  void closingEndsWhatRunsAndWhatWaits() throws Exception {
    List<TokenStream> streams = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      streams.add(engine.submit(text(10_000), Admission.of("")));
    }
    streams.getFirst().next(Duration.ofSeconds(30));
    engine.close();
    for (TokenStream stream : streams) {
      Failed failed = assertInstanceOf(Failed.class, read(stream).getLast());
      assertEquals(ErrorCode.OVERLOADED, failed.error().code());
    }
    assertThrows(IllegalStateException.class, () -> engine.submit(text(1), Admission.of("")));
    assertThrows(IllegalStateException.class, () -> engine.run(() -> {}));
  }

  @Test
  void whatATaskThrowsReachesItsCaller() {
    var thrown = new IllegalStateException("told");
    assertSame(
        thrown,
        assertThrows(
            IllegalStateException.class,
            () ->
                engine.run(() -> {
                  throw thrown;
                })));
    assertEquals(FinishReason.LENGTH, reason(read(engine.submit(text(2), Admission.of("")))));
  }

  @Test
  void moreThanAllMemoryIsRefusedBeforeItWaits() {
    engine.close();
    var options = EngineOptions.defaults().withQueue(8, 64, Duration.ofMinutes(1), 1);
    engine = new Engine(MODEL.engine().networks(), options);
    var two = Asked.with(drawn(1, 16_000), b -> b.choices(2));
    var refused =
        assertThrows(
            SmolVlmException.class,
            () -> engine.submit(Asked.text(MODEL, "Hi", two), Admission.of("")));
    assertEquals(ErrorCode.LIMIT, refused.code());
    assertTrue(String.valueOf(refused.getMessage()).contains("allowed 16384"));
  }

  @Test
  void cancellingEndsWithinTwoTokens() throws InterruptedException {
    var random = new Random(4);
    for (int i = 0; i < 40; i++) {
      var made = new AtomicInteger();
      engine.addListener(
          new EngineListener() {
            @Override
            public void nextToken(double millis) {
              made.incrementAndGet();
            }
          });
      TokenStream stream = engine.submit(text(12_000), Admission.of(""));
      for (int n = random.nextInt(8); n > 0; n--) {
        stream.next(Duration.ofSeconds(30));
      }
      int before = made.get();
      stream.cancel();
      assertTrue(engine.awaitIdle(Duration.ofSeconds(30)));
      assertEquals(FinishReason.CANCELLED, reason(read(stream)));
      assertTrue(made.get() - before <= 2, (made.get() - before) + " tokens after the cancel");
      engine.close();
      engine = new Engine(MODEL.engine().networks(), Asked.answers(8));
    }
  }

  @Test
  void manyCallersAtOnceAreAllAnswered() throws InterruptedException {
    var problem = new AtomicReference<Throwable>();
    List<Thread> callers = new ArrayList<>();
    for (int c = 0; c < 6; c++) {
      int caller = c;
      callers.add(
          Thread.ofVirtual()
              .start(() -> {
                var random = new Random(caller);
                try {
                  for (int i = 0; i < 12; i++) {
                    int tokens = 1 + random.nextInt(30);
                    var stream = engine.submit(text(tokens), Admission.of("c" + caller));
                    if (random.nextInt(4) == 0) {
                      stream.close();
                    } else {
                      assertEquals(tokens, only(read(stream), Token.class).size());
                    }
                  }
                } catch (RuntimeException | Error e) {
                  problem.set(e);
                }
              }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    if (problem.get() != null) {
      throw new AssertionError(problem.get());
    }
    assertTrue(engine.awaitIdle(Duration.ofSeconds(30)));
    assertEquals(0, engine.status().keyValueBytes());
  }

  /// Eight caches of 256 positions take 0.8 MB: what 320 requests kept would take 250 MB.
  @Test
  void memoryIsFlatOverManyRequests() throws IOException {
    assumeLinux();
    var short8 =
        Asked.with(
            drawn(1, 400),
            b -> b.choices(8).stopTokenIds(IntStream.range(0, 359).boxed().collect(toSet())));
    PreparedRequest request = Asked.text(MODEL, "Hello", short8);
    for (int i = 0; i < 20; i++) {
      read(engine.submit(request, Admission.of("")));
    }
    System.gc();
    long before = residentKilobytes();
    for (int i = 0; i < 320; i++) {
      TokenStream stream = engine.submit(request, Admission.of(""));
      if (i % 8 == 0) {
        stream.cancel();
      }
      read(stream);
    }
    System.gc();
    long grown = residentKilobytes() - before;
    assertTrue(grown < 100_000, grown + " kB more");
  }

  private static void assumeLinux() {
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/status")));
  }

  private static long residentKilobytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no VmRSS");
  }

  @Test
  void aGenerationGivesAllItsMemoryBack() {
    Networks networks = MODEL.engine().networks();
    var caches = new ArrayList<io.smolvlm.language.KvCache>();
    PreparedRequest request =
        Asked.text(MODEL, "Hello", Asked.with(drawn(1, 6), b -> b.choices(4)));
    try (var content = ContentCaches.of(networks, EngineOptions.defaults());
        var generation =
            new Generation(
                request,
                networks,
                new Reuse(content, request, networks.generation(), 256, ""),
                0,
                System::nanoTime,
                e -> {})) {
      while (generation.stage() != Generation.Stage.DECODE) {
        generation.advance();
      }
      generation.running().forEach(c -> caches.add(c.cache()));
      assertEquals(4, caches.size());
      caches.forEach(c -> assertTrue(c.bytes() > 0));
      generation.end(FinishReason.CANCELLED);
      assertEquals(0, caches.stream().mapToLong(c -> c.bytes()).sum());
    }
  }

  @Test
  void theLibrarysDoorFailsWhenTheEngineCloses() {
    var model = Asked.textModel();
    var request =
        GenerationRequest.of(List.of(Message.user(0, "Hello")), List.of())
            .withParameters(drawn(1, 16_000));
    var failed =
        assertThrows(
            OverloadedException.class,
            () ->
                model.generate(
                    request,
                    event -> {
                      if (event instanceof Token) {
                        Thread.ofVirtual().start(model::close);
                      }
                    }));
    assertEquals(ErrorCode.OVERLOADED, failed.code());
    assertThrows(IllegalStateException.class, () -> model.generate(request, event -> {}));
  }
}
