package io.smolvlm.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.models.engine.GenerationEvent.Alternative;
import io.smolvlm.models.engine.GenerationEvent.Token;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenStreamTest {
  private static final List<Alternative> TWENTY =
      Collections.nCopies(20, new Alternative(1, "word", -1));

  private long now = 1;
  private final TokenStream stream = new TokenStream(() -> now);

  private void offer(int count) {
    for (int i = 0; i < count; i++) {
      stream.offer(new Token(0, i, "word", -1, TWENTY));
    }
  }

  @Test
  void eventsComeInTheirOrderAndThenTheEnd() throws InterruptedException {
    offer(3);
    stream.complete();
    for (int i = 0; i < 3; i++) {
      assertFalse(stream.ended());
      assertEquals(i, ((Token) stream.next(Duration.ZERO).orElseThrow()).id());
    }
    assertTrue(stream.ended());
    assertEquals(Optional.empty(), stream.next(Duration.ofDays(1)), "does not wait for nothing");
  }

  @Test
  void nothingYetIsEmptyAfterThePatience() throws InterruptedException {
    assertEquals(Optional.empty(), stream.next(Duration.ofMillis(5)));
    assertFalse(stream.ended());
  }

  @Test
  void aReaderWhoTakesNothingForLongIsGivenUp() {
    offer(200);
    assertFalse(stream.cancelled());
    now += TokenStream.PATIENCE.toNanos() + 1;
    stream.offer(new Token(0, 0, "", 0, List.of()));
    assertTrue(stream.cancelled());
  }

  @Test
  void aSlowReaderWhoTakesSomethingIsNotGivenUp() throws InterruptedException {
    offer(400);
    for (int i = 0; i < 20; i++) {
      now += TokenStream.PATIENCE.toNanos() - 1;
      stream.next(Duration.ZERO);
      offer(1);
    }
    assertFalse(stream.cancelled());
  }

  @Test
  void littleMayLieUnreadForLong() {
    offer(20);
    now += Duration.ofHours(1).toNanos();
    offer(20);
    assertFalse(stream.cancelled());
  }

  @Test
  void tooMuchUnreadEndsAtOnce() {
    offer(TokenStream.HARD_BYTES / 1600);
    assertTrue(stream.cancelled());
  }

  @Test
  void closingGivesUpWhatWasNotRead() throws InterruptedException {
    offer(5);
    stream.close();
    offer(5);
    assertTrue(stream.cancelled());
    assertTrue(stream.ended());
    assertEquals(Optional.empty(), stream.next(Duration.ZERO));
  }
}
