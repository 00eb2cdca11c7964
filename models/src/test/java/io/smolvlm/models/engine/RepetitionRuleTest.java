package io.smolvlm.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepetitionRuleTest {
  /// After how many tokens the rule says stop; -1 for never.
  private static int stopsAfter(int... ids) {
    var rule = new RepetitionRule();
    for (int i = 0; i < ids.length; i++) {
      if (rule.push(ids[i])) {
        return i + 1;
      }
    }
    return -1;
  }

  private static int[] circle(int before, int period, int length) {
    int[] ids = new int[length];
    for (int i = 0; i < length; i++) {
      ids[i] = i < before ? 1000 + i : (i - before) % period;
    }
    return ids;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 128",
    "10, 1, 138",
    "7, 3, 135",
    "0, 21, 128",
    "0, 22, 132",
    "5, 40, 245",
    "3, 64, 387"
  })
  void aCircleStopsWhenItIsLongEnough(int before, int period, int stop) {
    assertEquals(stop, stopsAfter(circle(before, period, 1000)));
  }

  @Test
  void aLongerPeriodIsLeftAlone() {
    assertEquals(-1, stopsAfter(circle(0, 65, 2000)));
  }

  @Test
  void oneChangedTokenBeginsTheCountAnew() {
    int[] ids = circle(0, 1, 300);
    for (int i = 100; i < 300; i += 100) {
      ids[i] = 7;
    }
    assertEquals(-1, stopsAfter(ids));
  }

  @Test
  void aTableWithCountedRowsIsLeftAlone() {
    int[] ids = new int[1200];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i % 6 == 1 ? 500 + i / 6 : i % 6;
    }
    assertEquals(-1, stopsAfter(ids));
  }

  @Test
  void drawnTokensAreLeftAlone() {
    assertEquals(-1, stopsAfter(new SplittableRandom(3).ints(5000, 0, 4).toArray()));
  }
}
