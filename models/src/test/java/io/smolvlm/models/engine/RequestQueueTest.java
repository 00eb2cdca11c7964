package io.smolvlm.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RequestQueueTest {
  private final RequestQueue queue = new RequestQueue(64);

  /// A request worth so many tokens of its client's share.
  private static Submission request(String client, int cost) {
    var parameters = AnswerParameters.DEFAULT.toBuilder().maxTokens(1).build();
    var prompt = Prompt.of("", new int[cost - 1]);
    return Asked.submission(
        new PreparedRequest(parameters, prompt, List.of(), 1, 0), client, 0, Duration.ofMinutes(5));
  }

  private String next() {
    Submission head = Objects.requireNonNull(queue.peek());
    assertEquals(head, queue.peek(), "looking changes nothing");
    queue.take(head);
    return head.client();
  }

  @Test
  void oneClientIsServedInItsOrder() {
    List<Submission> added = new ArrayList<>();
    for (int cost : new int[] {900, 3, 5000, 1, 40}) {
      added.add(request("a", cost));
      queue.add(added.getLast());
    }
    for (Submission wanted : added) {
      assertEquals(wanted, queue.peek());
      queue.take(wanted);
    }
    assertNull(queue.peek());
    assertEquals(0, queue.size());
  }

  @Test
  void placesTakenAheadCountUntilTheyAreLeft() {
    for (int i = 0; i < 64; i++) {
      assertTrue(queue.hasPlace("many"));
      queue.takePlace("many");
    }
    assertFalse(queue.hasPlace("many"));
    assertTrue(queue.hasPlace("one"), "a newcomer finds a reserved place");
    queue.leavePlace("many");
    assertTrue(queue.hasPlace("many"));
    queue.add(request("many", 1));
    assertFalse(queue.hasPlace("many"), "places and requests count together");
  }

  @Test
  void aClientThatAsksOnceDoesNotWaitForOneThatAskedOften() {
    for (int i = 0; i < 20; i++) {
      queue.add(request("many", 500));
    }
    queue.add(request("one", 500));
    List<String> served = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      served.add(next());
    }
    assertTrue(served.contains("one"), served.toString());
  }

  @Test
  void clientsGetTheSameTokensWhateverTheSizeOfTheirRequests() {
    var random = new SplittableRandom(5);
    Map<String, Integer> most = Map.of("small", 60, "middle", 700, "large", 4000);
    Map<String, Long> served = new HashMap<>();
    most.forEach((client, cost) -> queue.add(request(client, cost)));
    for (int i = 0; i < 3000; i++) {
      Submission head = Objects.requireNonNull(queue.peek());
      queue.take(head);
      served.merge(head.client(), head.fairCost(), Long::sum);
      int bound = Objects.requireNonNull(most.get(head.client()));
      queue.add(request(head.client(), 1 + random.nextInt(bound)));
      queue.add(request(head.client(), 1 + random.nextInt(bound)));
    }
    long least = served.values().stream().mapToLong(Long::longValue).min().orElseThrow();
    long largest = served.values().stream().mapToLong(Long::longValue).max().orElseThrow();
    assertTrue(largest - least <= 2 * (4000 + RequestQueue.QUANTUM), served.toString());
  }

  @Test
  void aFullQueueKeepsPlacesForClientsWithNothingWaiting() {
    for (int i = 0; i < 64; i++) {
      assertTrue(queue.hasPlace("many"), i + " waiting");
      queue.add(request("many", 10));
    }
    assertFalse(queue.hasPlace("many"));
    for (int i = 0; i < RequestQueue.RESERVE; i++) {
      assertTrue(queue.hasPlace("other " + i));
      queue.add(request("other " + i, 10));
      assertFalse(queue.hasPlace("other " + i));
    }
    assertFalse(queue.hasPlace("late"));
  }

  @Test
  void whatIsRemovedIsCountedAndNotServed() {
    for (int i = 0; i < 10; i++) {
      queue.add(request("a", 10));
      queue.add(request("b", 10));
    }
    List<Submission> gone = queue.remove(s -> s.client().equals("a"));
    assertEquals(10, gone.size());
    assertEquals(10, queue.size());
    while (queue.size() > 0) {
      assertEquals("b", next());
    }
  }
}
