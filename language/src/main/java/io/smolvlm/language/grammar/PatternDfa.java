package io.smolvlm.language.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Patterns that a string must all hold, as one deterministic automaton over classes of code points
/// that behave alike. Deciding costs one table look-up a character. Immutable.
final class PatternDfa {
  private static final int MAX_STATES = 4000;

  /// Where the cost of writing a code point changes (see [CodePoints#bytesOf]).
  private static final int[] COST_BOUNDS = {
    0,
    8,
    11,
    12,
    14,
    0x20,
    '"',
    '"' + 1,
    '\\',
    '\\' + 1,
    0x80,
    0x800,
    0xD800,
    0xE000,
    0x10000,
    Utf8.GAP_START,
    Utf8.GAP_END,
    CodePoints.END
  };

  /// First code point of each range, and the range's class, -1 if it is never written.
  private final int[] starts;

  private final int[] classes;

  /// Bytes of the shortest way to write a member of each class.
  final int[] classBytes;

  private final int[][] table;
  private final boolean[] accepting;

  private PatternDfa(
      int[] starts, int[] classes, int[] classBytes, int[][] table, boolean[] accepting) {
    this.starts = starts;
    this.classes = classes;
    this.classBytes = classBytes;
    this.table = table;
    this.accepting = accepting;
  }

  int states() {
    return table.length;
  }

  boolean accepts(int state) {
    return accepting[state];
  }

  /// The state after a class, -1 if no string goes on so.
  int afterClass(int state, int codePointClass) {
    return table[state][codePointClass];
  }

  /// The state after a code point, -1 if no string goes on so.
  int after(int state, int codePoint) {
    int c = classes[rangeOf(codePoint)];
    return c < 0 ? -1 : table[state][c];
  }

  private int rangeOf(int codePoint) {
    int at = Arrays.binarySearch(starts, codePoint);
    return at >= 0 ? at : -at - 2;
  }

  /// The classes of code points from `low` to `high`, each once a range.
  int[] classesIn(int low, int high) {
    int from = rangeOf(low);
    int to = rangeOf(high);
    int[] result = new int[to - from + 1];
    int size = 0;
    for (int i = from; i <= to; i++) {
      if (classes[i] >= 0) {
        result[size++] = classes[i];
      }
    }
    return Arrays.copyOf(result, size);
  }

  boolean matches(String text) {
    int state = 0;
    for (int i = 0;
        i < text.length() && state >= 0;
        i += Character.charCount(text.codePointAt(i))) {
      state = after(state, text.codePointAt(i));
    }
    return state >= 0 && accepting[state];
  }

  static PatternDfa of(List<Nfa> patterns, Work work, String path) {
    return new Builder(patterns, work, path).build();
  }

  /// Subset construction (Rabin and Scott 1959), all patterns in step.
  private static final class Builder {
    private final List<Nfa> patterns;
    private final Work work;
    private final String path;
    private final Map<CodePoints, Integer> sets = new LinkedHashMap<>();
    private final List<int[]> members = new ArrayList<>();
    private final List<Integer> bytes = new ArrayList<>();
    private final Map<List<BitSet>, Integer> ids = new HashMap<>();
    private final List<List<BitSet>> states = new ArrayList<>();

    Builder(List<Nfa> patterns, Work work, String path) {
      this.patterns = patterns;
      this.work = work;
      this.path = path;
    }

    PatternDfa build() {
      int[] starts = starts();
      int[] classes = classes(starts);
      List<BitSet> first = new ArrayList<>();
      for (Nfa nfa : patterns) {
        var set = new BitSet();
        set.set(nfa.start);
        nfa.close(set, true, false);
        first.add(set);
      }
      id(first);
      List<int[]> rows = new ArrayList<>();
      for (int i = 0; i < states.size(); i++) {
        int[] row = new int[bytes.size()];
        for (int c = 0; c < row.length; c++) {
          row[c] = next(states.get(i), c);
        }
        rows.add(row);
      }
      boolean[] accepting = new boolean[rows.size()];
      for (int i = 0; i < accepting.length; i++) {
        accepting[i] = accepting(states.get(i), i == 0);
      }
      return new PatternDfa(
          starts,
          classes,
          bytes.stream().mapToInt(Integer::intValue).toArray(),
          rows.toArray(int[][]::new),
          accepting);
    }

    private int[] starts() {
      BitSet bounds = new BitSet();
      for (int bound : COST_BOUNDS) {
        bounds.set(bound);
      }
      for (Nfa nfa : patterns) {
        for (int state = 0; state < nfa.size(); state++) {
          for (Nfa.Step step : nfa.steps(state)) {
            if (sets.putIfAbsent(step.on(), sets.size()) == null) {
              for (int bound : step.on().bounds()) {
                bounds.set(bound);
              }
            }
          }
        }
      }
      bounds.clear(CodePoints.END);
      return bounds.stream().toArray();
    }

    private int[] classes(int[] starts) {
      Map<List<Integer>, Integer> known = new HashMap<>();
      int[] classes = new int[starts.length];
      for (int i = 0; i < starts.length; i++) {
        work.spend(sets.size() + 1L, "pattern", path);
        int cost = CodePoints.bytesOf(starts[i]);
        if (cost == 0) {
          classes[i] = -1;
          continue;
        }
        List<Integer> signature = new ArrayList<>();
        signature.add(cost);
        for (var set : sets.entrySet()) {
          if (set.getKey().contains(starts[i])) {
            signature.add(set.getValue());
          }
        }
        Integer id = known.putIfAbsent(signature, bytes.size());
        if (id == null) {
          id = bytes.size();
          bytes.add(cost);
          members.add(
              signature.subList(1, signature.size()).stream()
                  .mapToInt(Integer::intValue)
                  .toArray());
        }
        classes[i] = id;
      }
      return classes;
    }

    private int next(List<BitSet> from, int codePointClass) {
      List<BitSet> to = new ArrayList<>(patterns.size());
      int[] in = members.get(codePointClass);
      for (int p = 0; p < patterns.size(); p++) {
        Nfa nfa = patterns.get(p);
        var set = new BitSet();
        BitSet before = from.get(p);
        work.spend(before.cardinality() + 4L, "pattern", path);
        for (int state = before.nextSetBit(0); state >= 0; state = before.nextSetBit(state + 1)) {
          for (Nfa.Step step : nfa.steps(state)) {
            if (Arrays.binarySearch(in, sets.getOrDefault(step.on(), -1)) >= 0) {
              set.set(step.to());
            }
          }
        }
        if (set.isEmpty()) {
          return -1;
        }
        nfa.close(set, false, false);
        to.add(set);
      }
      return id(to);
    }

    private int id(List<BitSet> state) {
      Integer known = ids.putIfAbsent(state, states.size());
      if (known != null) {
        return known;
      }
      if (states.size() == MAX_STATES) {
        throw Work.refused("pattern", path, "needs more than " + MAX_STATES + " states");
      }
      states.add(state);
      return states.size() - 1;
    }

    private boolean accepting(List<BitSet> state, boolean atStart) {
      for (int p = 0; p < patterns.size(); p++) {
        var set = (BitSet) state.get(p).clone();
        patterns.get(p).close(set, atStart, true);
        if (!set.get(patterns.get(p).end)) {
          return false;
        }
      }
      return true;
    }
  }
}
