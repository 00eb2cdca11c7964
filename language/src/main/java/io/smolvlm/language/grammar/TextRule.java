package io.smolvlm.language.grammar;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What a string must hold: its length in code points and its patterns. Immutable.
///
/// With patterns, a table says for each number of characters and each state of the automaton how
/// many bytes complete the string, so that no beginning is let in that length and pattern together
/// leave no end for.
final class TextRule {
  /// Strings with a pattern stay below this length unless their least length is larger.
  private static final int MAX_PATTERN_LENGTH = 2048;

  /// Any string.
  static final TextRule ANY = new TextRule(0, -1, null, new Work(), "");

  final int min;

  /// -1 for none.
  final int max;

  final @Nullable PatternDfa dfa;
  private final int[][] cost;

  /// @param max -1 for none
  TextRule(int min, int max, @Nullable PatternDfa dfa, Work work, String path) {
    this.min = min;
    this.dfa = dfa;
    boolean cut = dfa != null && max > Math.max(MAX_PATTERN_LENGTH, min);
    this.max = cut ? Math.max(MAX_PATTERN_LENGTH, min) : max;
    this.cost = dfa == null ? new int[0][] : costs(dfa, work, path);
  }

  private int[][] costs(PatternDfa automaton, Work work, String path) {
    int last = max < 0 ? min : max;
    long size = (last + 1L) * automaton.states();
    work.spend(size * automaton.classBytes.length, "pattern", path);
    int[][] result = new int[last + 1][automaton.states()];
    int[] row = result[last];
    for (int q = 0; q < row.length; q++) {
      row[q] = automaton.accepts(q) ? 0 : Costs.INFINITE;
    }
    boolean changed = max < 0;
    while (changed) {
      work.spend((long) row.length * automaton.classBytes.length, "pattern", path);
      changed = false;
      // States found later lie nearer to the end: backwards it settles in few rounds.
      for (int q = row.length - 1; q >= 0; q--) {
        int best = Math.min(row[q], cheapest(automaton, q, row));
        changed |= best < row[q];
        row[q] = best;
      }
    }
    for (int c = last - 1; c >= 0; c--) {
      for (int q = 0; q < automaton.states(); q++) {
        int go = cheapest(automaton, q, result[c + 1]);
        result[c][q] = c >= min && automaton.accepts(q) ? 0 : go;
      }
    }
    return result;
  }

  private static int cheapest(PatternDfa automaton, int state, int[] after) {
    int best = Costs.INFINITE;
    for (int c = 0; c < automaton.classBytes.length; c++) {
      int to = automaton.afterClass(state, c);
      if (to >= 0) {
        best = Math.min(best, Costs.sum(automaton.classBytes[c], after[to]));
      }
    }
    return best;
  }

  /// Bytes that complete the string, without its quotes.
  ///
  /// @param count characters so far
  /// @param state of the automaton, 0 without one
  int cost(int count, int state) {
    if (dfa == null) {
      return Math.max(0, min - count);
    }
    return cost[Math.min(count, cost.length - 1)][state];
  }

  /// The cheapest completion after one more character out of a range.
  int costThrough(int count, int state, int low, int high) {
    if (dfa == null) {
      return Math.max(0, min - count - 1);
    }
    int best = Costs.INFINITE;
    for (int c : dfa.classesIn(low, high)) {
      int to = dfa.afterClass(state, c);
      if (to >= 0) {
        best = Math.min(best, cost(count + 1, to));
      }
    }
    return best;
  }

  boolean matches(String text) {
    int length = text.codePointCount(0, text.length());
    return length >= min && (max < 0 || length <= max) && (dfa == null || dfa.matches(text));
  }

  /// Rules without patterns are equal when their lengths are; others only to themselves.
  @Override
  public boolean equals(Object other) {
    return other instanceof TextRule rule && rule.min == min && rule.max == max && rule.dfa == dfa;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(new int[] {min, max, dfa == null ? 0 : dfa.states()});
  }
}
