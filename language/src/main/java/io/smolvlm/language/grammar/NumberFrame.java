package io.smolvlm.language.grammar;

/// Inside a number.
final class NumberFrame extends Frame {
  private final NumberAutomaton automaton;
  private final int state;
  private final Parent parent;

  private NumberFrame(NumberAutomaton automaton, int state, Parent parent) {
    this.automaton = automaton;
    this.state = state;
    this.parent = parent;
  }

  static void advance(NumberAutomaton automaton, int state, Parent parent, int b, Configs out) {
    int to = automaton.after(state, b);
    if (to >= 0) {
      out.add(new NumberFrame(automaton, to, parent));
    }
  }

  @Override
  void step(int b, Configs out) {
    advance(automaton, state, parent, b, out);
    if (automaton.cost(state) == 0) {
      parent.resume(-1, null).step(b, out);
    }
  }

  @Override
  int cost() {
    return Costs.sum(automaton.cost(state), parent.rest());
  }

  @Override
  boolean complete() {
    return automaton.cost(state) == 0 && parent.resume(-1, null).complete();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NumberFrame f
        && f.automaton == automaton
        && f.state == state
        && f.parent.equals(parent);
  }

  @Override
  public int hashCode() {
    return state;
  }
}
