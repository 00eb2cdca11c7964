package io.smolvlm.language.grammar;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Before a value that stands for itself: the whole answer, or a fixed text before or behind it.
final class ValueFrame extends Frame implements Frame.Parent {
  private final JsonGrammar grammar;
  private final Node node;
  private final Parent parent;
  private final boolean blank;
  private final int space;

  /// @param blank whether white space may come before the value
  ValueFrame(JsonGrammar grammar, Node node, Parent parent, boolean blank, int space) {
    this.grammar = grammar;
    this.node = node;
    this.parent = parent;
    this.blank = blank;
    this.space = space;
  }

  @Override
  void step(int b, Configs out) {
    int after = blank ? space(space, b, true) : -1;
    if (after >= 0) {
      out.add(new ValueFrame(grammar, node, parent, true, after));
    } else {
      enter(grammar, node, parent, Costs.MAX_LEVELS, b, 0, out);
    }
  }

  @Override
  int cost() {
    return Costs.sum(grammar.costs().value(node, Costs.MAX_LEVELS), parent.rest());
  }

  /// As the parent of the value before this one.
  @Override
  public int rest() {
    return cost();
  }

  @Override
  public Frame resume(int literal, @Nullable String text) {
    return this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ValueFrame f
        && f.node.id() == node.id()
        && f.space == space
        && f.parent.equals(parent);
  }

  @Override
  public int hashCode() {
    return Objects.hash(node.id(), space);
  }
}
