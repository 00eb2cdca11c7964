package io.smolvlm.language.grammar;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// A pattern as a nondeterministic automaton over code points (Thompson 1968). States are numbers;
/// each has at most one step on code points and any number of free ones.
///
/// A pattern is searched for, not matched whole, so the automaton may begin and end anywhere unless
/// `^` and `$` say otherwise: these are free steps that are open at the beginning and at the end of
/// the text only.
final class Nfa {
  /// Places of a repeated group count each time: `(a{50}){50}` has 2,500.
  static final int MAX_STATES = 20_000;

  /// A free step.
  private enum Free {
    ALWAYS,
    AT_START,
    AT_END
  }

  private record FreeStep(Free when, int to) {}

  /// A step on one code point.
  record Step(CodePoints on, int to) {}

  private final List<List<FreeStep>> free = new ArrayList<>();
  private final List<List<Step>> steps = new ArrayList<>();
  private final String path;
  int start;
  int end;

  Nfa(String path) {
    this.path = path;
  }

  int state() {
    if (free.size() == MAX_STATES) {
      throw Work.refused("pattern", path, "has more than " + MAX_STATES + " places");
    }
    free.add(new ArrayList<>(2));
    steps.add(new ArrayList<>(1));
    return free.size() - 1;
  }

  int size() {
    return free.size();
  }

  void always(int from, int to) {
    free.get(from).add(new FreeStep(Free.ALWAYS, to));
  }

  void atStart(int from, int to) {
    free.get(from).add(new FreeStep(Free.AT_START, to));
  }

  void atEnd(int from, int to) {
    free.get(from).add(new FreeStep(Free.AT_END, to));
  }

  void step(int from, CodePoints on, int to) {
    steps.get(from).add(new Step(on, to));
  }

  List<Step> steps(int state) {
    return steps.get(state);
  }

  /// Adds all that free steps reach.
  ///
  /// @param atStart whether no code point has been read yet
  /// @param atEnd whether none will be read any more
  void close(BitSet states, boolean atStart, boolean atEnd) {
    var open = new ArrayList<Integer>();
    states.stream().forEach(open::add);
    while (!open.isEmpty()) {
      for (FreeStep step : free.get(open.removeLast())) {
        boolean passes =
            switch (step.when) {
              case ALWAYS -> true;
              case AT_START -> atStart;
              case AT_END -> atEnd;
            };
        if (passes && !states.get(step.to)) {
          states.set(step.to);
          open.add(step.to);
        }
      }
    }
  }
}
