package io.smolvlm.models.engine;

import static io.smolvlm.models.engine.Asked.drawn;
import static io.smolvlm.models.engine.Asked.ids;
import static io.smolvlm.models.engine.Asked.only;
import static io.smolvlm.models.engine.Asked.soFar;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.engine.GenerationEvent.Finished;
import io.smolvlm.models.engine.GenerationEvent.Prefilled;
import io.smolvlm.models.engine.GenerationEvent.Started;
import io.smolvlm.models.engine.GenerationEvent.TilesEncoded;
import io.smolvlm.models.engine.GenerationEvent.Token;
import io.smolvlm.models.engine.GenerationResult.FinishReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the engine's thread does, step by step, the clock in the test's hands: a step takes no time
/// unless the test says so.
class SchedulerTest {
  private static final SmolVlm TEXT = Asked.textModel();
  private static final SmolVlm PILOT = Asked.pilot(1, LoadOptions.Executor.KERNELS);
  private static final Duration LONG = Duration.ofHours(1);

  private HandDriven driven = new HandDriven(TEXT, Asked.answers(8));

  @AfterEach
  void end() {
    driven.close();
  }

  @AfterAll
  static void close() {
    TEXT.close();
    PILOT.close();
  }

  private void drive(SmolVlm model, int answers) {
    driven.close();
    driven = new HandDriven(model, Asked.answers(answers));
  }

  private static PreparedRequest text(int tokens) {
    return Asked.text(TEXT, "Tell me something.", drawn(tokens, tokens));
  }

  /// Longer than two prefill chunks.
  private static PreparedRequest longText(int tokens) {
    return Asked.text(TEXT, "word and word ".repeat(80), drawn(tokens, tokens));
  }

  private static PreparedRequest picture(int tokens) {
    return Asked.pictures(PILOT, "What do you see?", drawn(3, tokens), "01-caption1.png");
  }

  private static FinishReason reason(List<GenerationEvent> events) {
    return assertInstanceOf(Finished.class, events.getLast()).result().finishReason();
  }

  @Test
  void stagesComeInTheirOrder() {
    drive(PILOT, 8);
    TokenStream stream = driven.submit(picture(3));
    driven.toTheEnd();
    List<GenerationEvent> events = soFar(stream);
    assertInstanceOf(Started.class, events.getFirst());
    assertEquals(5, only(events, TilesEncoded.class).size());
    assertEquals(2, only(events, Prefilled.class).size()); // picture, question
    assertEquals(3, only(events, Token.class).size());
    assertEquals(FinishReason.LENGTH, reason(events));
    assertTrue(stream.ended());
    assertEquals(1, driven.ended);
    assertEquals(0, driven.scheduler.keyValueBytes());
  }

  @Test
  void aCancelledRequestInTheQueueNeverBegins() {
    drive(TEXT, 1);
    TokenStream first = driven.submit(text(10));
    TokenStream second = driven.submit(text(10));
    driven.steps(2);
    second.cancel();
    driven.steps(1);
    List<GenerationEvent> events = soFar(second);
    assertEquals(1, events.size(), events.toString());
    assertEquals(FinishReason.CANCELLED, reason(events));
    driven.toTheEnd();
    assertEquals(FinishReason.LENGTH, reason(soFar(first)));
  }

  /// Without caches, which would leave later turns less to do.
  @Test
  void cancellingIsHonouredAtEveryStep() {
    driven.close();
    driven = new HandDriven(PILOT, Asked.answers(8).withCaches(0, 0));
    PreparedRequest request = picture(6);
    int steps = 5 + 2 + 5;
    for (int before = 0; before < steps; before++) {
      TokenStream stream = driven.submit(request);
      driven.steps(before);
      int shown = soFar(stream).size();
      stream.cancel();
      assertTrue(before == 0 || shown > 0, "before " + before);
      driven.steps(1);
      List<GenerationEvent> events = soFar(stream);
      assertEquals(1, events.size(), "after " + before + " steps: " + events);
      assertEquals(FinishReason.CANCELLED, reason(events));
      assertTrue(stream.ended());
      assertEquals(0, driven.scheduler.keyValueBytes());
    }
    assertEquals(steps, driven.ended);
  }

  @Test
  void cancellingIsHonouredBetweenPrefillChunks() {
    TokenStream stream = driven.submit(longText(5));
    driven.steps(1);
    assertEquals(
        EngineOptions.defaults().prefillChunk(),
        only(soFar(stream), Prefilled.class).getLast().done());
    stream.cancel();
    driven.steps(1);
    assertEquals(FinishReason.CANCELLED, reason(soFar(stream)));
  }

  @Test
  void aRequestWhoseTimeIsOverEndsWithWhatItHas() {
    TokenStream stream = driven.submit(text(500), "", Duration.ofMillis(20));
    driven.toTheEnd();
    List<GenerationEvent> events = soFar(stream);
    assertEquals(FinishReason.DEADLINE, reason(events));
    int tokens = only(events, Token.class).size();
    assertTrue(tokens > 10 && tokens <= 20, tokens + " tokens in 20 steps of 1 ms");
    assertEquals(tokens, ((Finished) events.getLast()).result().ids().size());
  }

  @Test
  void aRequestWhoseTimeIsOverInTheQueueNeverBegins() {
    drive(TEXT, 1);
    driven.submit(text(100));
    TokenStream late = driven.submit(text(5), "", Duration.ofMillis(30));
    driven.steps(40);
    List<GenerationEvent> events = soFar(late);
    assertEquals(1, events.size());
    assertEquals(FinishReason.DEADLINE, reason(events));
    GenerationResult.Timings timings = ((Finished) events.getFirst()).result().timings();
    assertEquals(30, timings.queueMillis(), 1);
  }

  @Test
  void nothingIsBegunThatCannotEndInTime() {
    drive(PILOT, 8);
    driven.rates.tile(1);
    for (int i = 0; i < 50; i++) {
      driven.rates.tile(1000);
    }
    TokenStream hopeless = driven.submit(picture(5), "", Duration.ofMillis(4500));
    TokenStream possible = driven.submit(picture(5), "", Duration.ofMillis(6000));
    driven.toTheEnd();
    List<GenerationEvent> events = soFar(hopeless);
    assertEquals(1, events.size(), events.toString());
    assertEquals(FinishReason.DEADLINE, reason(events));
    assertEquals(FinishReason.LENGTH, reason(soFar(possible)));
  }

  @Test
  void noMoreAnswersRunThanAreAllowed() {
    drive(TEXT, 3);
    List<TokenStream> streams = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      streams.add(driven.submit(text(20 + i)));
    }
    int[] most = {0};
    driven.listeners.add(
        new EngineListener() {
          @Override
          public void decoded(int answers, int tokens, double millis) {
            most[0] = Math.max(most[0], answers);
          }
        });
    driven.toTheEnd();
    assertEquals(3, most[0]);
    for (TokenStream stream : streams) {
      assertEquals(FinishReason.LENGTH, reason(soFar(stream)));
    }
  }

  @Test
  void moreChoicesThanAnswersAtATimeTakeTurns() {
    drive(TEXT, 3);
    var eight = Asked.with(drawn(1, 12), b -> b.choices(8));
    TokenStream stream = driven.submit(Asked.text(TEXT, "Hello", eight));
    driven.toTheEnd();
    List<GenerationEvent> events = soFar(stream);
    assertEquals(8, only(events, Finished.class).size());
    ids(events).forEach(answer -> assertEquals(12, answer.size()));
  }

  @Test
  void memoryForAllThatMayComeIsKeptBeforeARequestBegins() {
    long one =
        io.smolvlm.language.KvCache.bytes(
            TEXT.config().text(), io.smolvlm.language.KvFormat.FLOAT32, 16384);
    driven.close();
    driven = new HandDriven(TEXT, EngineOptions.defaults().withQueue(8, 64, LONG, 1));
    assertEquals(one, driven.scheduler.budget(), "room for one answer of the whole context");
    TokenStream large = driven.submit(text(16000));
    TokenStream next = driven.submit(text(1000));
    driven.steps(5);
    assertEquals(0, soFar(next).size(), "there is no room for both");
    assertTrue(driven.scheduler.keyValueBytes() <= one);
    large.cancel();
    driven.steps(2);
    assertFalse(soFar(next).isEmpty());
  }

  @Test
  void whatIsSmallerDoesNotPassWhatWaitsForRoom() {
    drive(TEXT, 4);
    driven.submit(text(30));
    TokenStream four =
        driven.submit(Asked.text(TEXT, "Hi", Asked.with(drawn(1, 5), b -> b.choices(4))));
    TokenStream small = driven.submit(text(5));
    driven.steps(20);
    assertEquals(0, soFar(four).size() + soFar(small).size());
    driven.toTheEnd();
    assertEquals(FinishReason.LENGTH, reason(soFar(four)));
    assertEquals(FinishReason.LENGTH, reason(soFar(small)));
  }

  /// The clock counts its readings, so that every step takes some time, and no step takes long.
  @Test
  void aStreamPausesForOneTileOfANewcomerOnly() {
    drive(PILOT, 8);
    driven.tick = 1_000_000;
    List<String> steps = new ArrayList<>();
    driven.listeners.add(
        new EngineListener() {
          @Override
          public void tileEncoded(double millis) {
            steps.add("tile");
          }

          @Override
          public void decoded(int answers, int tokens, double millis) {
            steps.add("decode");
          }
        });
    driven.submit(Asked.text(PILOT, "Hello", drawn(1, 400)), "", LONG);
    driven.steps(20);
    steps.clear();
    TokenStream newcomer = driven.submit(picture(5), "", LONG);
    for (int i = 0; i < 200 && only(soFar(newcomer), Token.class).isEmpty(); i++) {
      driven.steps(1);
    }
    assertEquals(5, steps.stream().filter("tile"::equals).count(), steps.toString());
    for (int i = 1; i < steps.size(); i++) {
      boolean two = steps.get(i).equals("tile") && steps.get(i - 1).equals("tile");
      assertFalse(two, steps.toString());
    }
  }

  @Test
  void aListenerThatFailsDisturbsNothing() {
    driven.listeners.add(
        new EngineListener() {
          @Override
          public void firstToken(double millis) {
            throw new IllegalStateException("listener");
          }
        });
    TokenStream stream = driven.submit(text(3));
    driven.toTheEnd();
    assertEquals(FinishReason.LENGTH, reason(soFar(stream)));
  }

  @Test
  void listenersHearOfEveryTokenAndEnd() {
    int[] heard = new int[4];
    driven.listeners.add(
        new EngineListener() {
          @Override
          public void started(PreparedRequest request, double queueMillis) {
            heard[0]++;
          }

          @Override
          public void firstToken(double millis) {
            heard[1]++;
          }

          @Override
          public void nextToken(double millis) {
            heard[2]++;
          }

          @Override
          public void finished(PreparedRequest request, GenerationResult result, double millis) {
            heard[3]++;
          }
        });
    driven.submit(text(10));
    driven.submit(text(20));
    driven.toTheEnd();
    assertEquals(List.of(2, 2, 28, 2), java.util.Arrays.stream(heard).boxed().toList());
  }

  @Test
  void aReaderWhoDoesNotReadIsGivenUpAndOthersAreNotHeldUp() {
    var verbose = Asked.with(drawn(1, 2000), b -> b.topLogprobs(20));
    TokenStream unread = driven.submit(Asked.text(TEXT, "Hello", verbose), "", LONG);
    TokenStream read = driven.submit(text(600), "", LONG);
    driven.steps(300);
    driven.now += TokenStream.PATIENCE.toNanos();
    driven.toTheEnd();
    assertEquals(FinishReason.LENGTH, reason(soFar(read)));
    List<GenerationEvent> events = soFar(unread);
    assertEquals(FinishReason.CANCELLED, reason(events));
    assertTrue(only(events, Token.class).size() < 310);
  }
}
