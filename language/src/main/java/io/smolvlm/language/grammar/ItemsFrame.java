package io.smolvlm.language.grammar;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Inside an array, between its items; as a parent, around an item.
final class ItemsFrame extends Frame implements Frame.Parent, NameFrame.Owner {
  private enum Phase {
    OPEN,
    COMMA,
    BEHIND
  }

  private final JsonGrammar grammar;
  private final Node.Items node;
  private final Parent parent;
  private final int levels;
  private final Phase phase;
  private final int space;

  /// Items so far; where it makes no difference any more, not counted on.
  private final int count;

  /// Literals that were items, by their bits, where items must differ.
  private final long usedLiterals;

  private final @Nullable UsedTexts used;

  private ItemsFrame(
      ItemsFrame f,
      Phase phase,
      int space,
      int count,
      long usedLiterals,
      @Nullable UsedTexts used) {
    this(f.grammar, f.node, f.parent, f.levels, phase, space, count, usedLiterals, used);
  }

  private ItemsFrame(
      JsonGrammar grammar,
      Node.Items node,
      Parent parent,
      int levels,
      Phase phase,
      int space,
      int count,
      long usedLiterals,
      @Nullable UsedTexts used) {
    this.grammar = grammar;
    this.node = node;
    this.parent = parent;
    this.levels = levels;
    this.phase = phase;
    this.space = space;
    this.count = count;
    this.usedLiterals = usedLiterals;
    this.used = used;
  }

  /// @param levels brackets that may be opened inside
  static ItemsFrame start(JsonGrammar grammar, Node.Items node, Parent parent, int levels) {
    return new ItemsFrame(grammar, node, parent, levels, Phase.OPEN, 0, 0, 0, null);
  }

  private ItemsFrame at(Phase to, int spaces) {
    return new ItemsFrame(this, to, spaces, count, usedLiterals, used);
  }

  @Override
  void step(int b, Configs out) {
    int after = space(space, b, true);
    if (after >= 0) {
      out.add(at(phase, after));
      return;
    }
    if (b == ']' && phase != Phase.COMMA) {
      if (count >= node.min) {
        out.add(parent.resume(-1, null));
      }
      return;
    }
    Node item = node.item(count);
    if (item == null) {
      return;
    }
    if (phase == Phase.BEHIND) {
      if (b == ',') {
        out.add(at(Phase.COMMA, 0));
      }
      return;
    }
    ItemsFrame around = at(Phase.COMMA, 0);
    if (node.unique && item instanceof Node.Text) {
      if (b == '"') {
        out.add(new NameFrame(around));
      }
      return;
    }
    enter(grammar, item, around, levels, b, usedLiterals, out);
  }

  @Override
  int cost() {
    int inside =
        switch (phase) {
          case OPEN -> grammar.costs().itemsOpen(node, levels);
          case BEHIND -> grammar.costs().itemsRest(node, count, levels);
          case COMMA ->
              Costs.sum(
                  grammar.costs().itemAt(node, count, levels),
                  grammar.costs().itemsRest(node, count + 1, levels));
        };
    return Costs.sum(inside, parent.rest());
  }

  @Override
  public int rest() {
    return Costs.sum(grammar.costs().itemsRest(node, count + 1, levels), parent.rest());
  }

  @Override
  public Frame resume(int literal, @Nullable String text) {
    long literals = node.unique && literal >= 0 ? usedLiterals | 1L << literal : usedLiterals;
    int more = count + 1;
    if (node.max < 0) {
      more = Math.min(more, Math.max(node.min, node.prefix.length));
    }
    return new ItemsFrame(
        this, Phase.BEHIND, 0, more, literals, text == null ? used : UsedTexts.and(used, text));
  }

  @Override
  public @Nullable LiteralTrie known() {
    return null;
  }

  @Override
  public boolean mayBe(int at) {
    return false;
  }

  @Override
  public boolean open() {
    return true;
  }

  @Override
  public boolean taken(String text) {
    return UsedTexts.contains(used, text);
  }

  @Override
  public Frame named(int literal, @Nullable String text) {
    return resume(literal, text);
  }

  @Override
  public int knownCost(int at) {
    return Costs.INFINITE;
  }

  @Override
  public int openCost(boolean taken) {
    return Costs.sum(taken ? 2 : 1, rest());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ItemsFrame f
        && f.node == node
        && f.phase == phase
        && f.space == space
        && f.count == count
        && f.levels == levels
        && f.usedLiterals == usedLiterals
        && Objects.equals(f.used, used)
        && f.parent.equals(parent);
  }

  @Override
  public int hashCode() {
    return ((node.id() * 31 + phase.hashCode()) * 31 + count) * 31 + space;
  }
}
