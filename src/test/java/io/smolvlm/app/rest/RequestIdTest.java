package io.smolvlm.app.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequestIdTest {
  @Test
  void namesAreOfLettersAndDigitsAndNeverTheSame() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      String id = RequestId.fresh("req_");
      assertTrue(id.matches("req_[0-9A-Za-z]{24}"), id);
      assertTrue(seen.add(id), id);
    }
  }

  /// Each of 62 comes 1,936 times on the average, with a deviation of 44.
  @Test
  void everyLetterComesEquallyOften() {
    Map<Character, Integer> counts = new HashMap<>();
    for (int i = 0; i < 5_000; i++) {
      RequestId.fresh("").chars().forEach(c -> counts.merge((char) c, 1, Integer::sum));
    }
    assertEquals(62, counts.size());
    counts.forEach((letter, count) ->
        assertTrue(count > 1_500 && count < 2_400, letter + " came " + count + " times"));
  }

  @Test
  void anIdOfPlainCharactersIsKept() {
    assertEquals("my-id:1.2_3", RequestId.accepted("my-id:1.2_3"));
    for (String other : new String[] {"", "a b", "a\n", "x".repeat(129), "é"}) {
      assertTrue(RequestId.accepted(other).startsWith("req_"), other);
    }
    assertTrue(RequestId.accepted(null).startsWith("req_"));
  }
}
