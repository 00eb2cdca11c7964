package io.smolvlm.models.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Requests that wait. Clients take turns by deficit round robin (Shreedhar and Varghese 1995): at
/// its turn a client is given [#QUANTUM] tokens and may begin requests worth what it has saved up;
/// a client with nothing waiting saves nothing. So each client gets the same number of tokens,
/// whether it asks often or for much.
///
/// One client cannot fill the queue against the others: a client with nothing waiting still finds
/// one of [#RESERVE] places beyond the limit.
///
/// A place can be taken before the request is there to fill it.
///
/// Safe for use by several threads.
final class RequestQueue {
  /// A tile's tokens and a short answer.
  static final int QUANTUM = 512;

  static final int RESERVE = 8;

  private static final class Turn {
    final ArrayDeque<Submission> waiting = new ArrayDeque<>();
    long deficit;
  }

  private final int limit;

  /// In the order of their turns; the first one's is now.
  private final LinkedHashMap<String, Turn> turns = new LinkedHashMap<>();

  /// Places taken ahead, by client; none of zero.
  private final Map<String, Integer> taken = new HashMap<>();

  private int allTaken;
  private int size;

  /// @param limit most requests that wait or have a place
  RequestQueue(int limit) {
    this.limit = limit;
  }

  synchronized int size() {
    return size;
  }

  /// Whether a request of this client finds a place.
  synchronized boolean hasPlace(String client) {
    boolean here = turns.containsKey(client) || taken.containsKey(client);
    return size + allTaken < limit + (here ? 0 : RESERVE);
  }

  /// Takes a place that [#hasPlace] promised.
  synchronized void takePlace(String client) {
    taken.merge(client, 1, Integer::sum);
    allTaken++;
  }

  /// Gives back a place that [#takePlace] took.
  synchronized void leavePlace(String client) {
    taken.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
    allTaken--;
  }

  synchronized boolean waits(String client) {
    return turns.containsKey(client);
  }

  synchronized void add(Submission submission) {
    turns.computeIfAbsent(submission.client(), _ -> new Turn()).waiting.add(submission);
    size++;
  }

  /// The request whose turn it is, which stays in the queue; null when none waits.
  synchronized @Nullable Submission peek() {
    while (!turns.isEmpty()) {
      Map.Entry<String, Turn> first = turns.entrySet().iterator().next();
      Turn turn = first.getValue();
      Submission head = turn.waiting.getFirst();
      if (turn.deficit >= head.fairCost()) {
        return head;
      }
      turn.deficit += QUANTUM;
      if (turn.deficit < head.fairCost()) {
        turns.remove(first.getKey());
        turns.put(first.getKey(), turn);
      }
    }
    return null;
  }

  /// Takes out the request that [#peek] gave.
  synchronized void take(Submission head) {
    Turn turn = turns.get(head.client());
    if (turn == null || !head.equals(turn.waiting.peekFirst())) {
      return;
    }
    turn.waiting.removeFirst();
    turn.deficit -= head.fairCost();
    size--;
    turns.remove(head.client());
    if (!turn.waiting.isEmpty()) {
      boolean goesOn = turn.deficit >= turn.waiting.getFirst().fairCost();
      if (goesOn) {
        turns.putFirst(head.client(), turn);
      } else {
        turns.put(head.client(), turn);
      }
    }
  }

  /// Takes out all that need not wait any longer.
  synchronized List<Submission> remove(Predicate<Submission> gone) {
    List<Submission> removed = new ArrayList<>();
    for (Iterator<Turn> i = turns.values().iterator(); i.hasNext(); ) {
      Turn turn = i.next();
      turn.waiting.removeIf(s -> gone.test(s) && removed.add(s));
      if (turn.waiting.isEmpty()) {
        i.remove();
      }
    }
    size -= removed.size();
    return removed;
  }

  /// All that wait, in no particular order.
  synchronized List<Submission> all() {
    List<Submission> all = new ArrayList<>();
    turns.values().forEach(turn -> all.addAll(turn.waiting));
    return all;
  }
}
