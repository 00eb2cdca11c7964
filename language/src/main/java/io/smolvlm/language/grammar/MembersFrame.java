package io.smolvlm.language.grammar;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Inside an object, between its keys and values.
final class MembersFrame extends Frame implements Frame.Parent, NameFrame.Owner {
  /// Additional properties of one object.
  private static final int MAX_ADDITIONAL = 64;

  /// Names taken must be fewer than plain ASCII characters, so that one always makes a new name.
  private static final int MAX_TAKEN = 90;

  private enum Phase {
    OPEN,
    COMMA,
    KEY,
    COLON,
    VALUE,
    BEHIND
  }

  private final JsonGrammar grammar;
  private final Node.Members node;
  private final Parent parent;
  private final int levels;
  private final Phase phase;
  private final int space;

  /// Properties passed. From the key to the end of its value: the property itself.
  private final int next;

  private final @Nullable UsedTexts used;

  private MembersFrame(MembersFrame f, Phase phase, int space, int next, @Nullable UsedTexts used) {
    this(f.grammar, f.node, f.parent, f.levels, phase, space, next, used);
  }

  private MembersFrame(
      JsonGrammar grammar,
      Node.Members node,
      Parent parent,
      int levels,
      Phase phase,
      int space,
      int next,
      @Nullable UsedTexts used) {
    this.grammar = grammar;
    this.node = node;
    this.parent = parent;
    this.levels = levels;
    this.phase = phase;
    this.space = space;
    this.next = next;
    this.used = used;
  }

  /// @param levels brackets that may be opened inside
  static MembersFrame start(JsonGrammar grammar, Node.Members node, Parent parent, int levels) {
    return new MembersFrame(grammar, node, parent, levels, Phase.OPEN, 0, 0, null);
  }

  private MembersFrame at(Phase to, int spaces) {
    return new MembersFrame(this, to, spaces, next, used);
  }

  private boolean mayEnd() {
    return node.firstRequired[next] == node.size();
  }

  private boolean mayGoOn() {
    return next < node.size() || open();
  }

  @Override
  void step(int b, Configs out) {
    if (phase == Phase.COLON) {
      if (b == ':') {
        out.add(at(Phase.VALUE, 0));
      }
      return;
    }
    int after = space(space, b, phase != Phase.VALUE);
    if (after >= 0) {
      out.add(at(phase, after));
      return;
    }
    switch (phase) {
      case OPEN, COMMA -> {
        if (b == '"' && mayGoOn()) {
          out.add(new NameFrame(at(Phase.KEY, 0)));
        } else if (b == '}' && phase == Phase.OPEN && mayEnd()) {
          out.add(parent.resume(-1, null));
        }
      }
      case BEHIND -> {
        if (b == ',' && mayGoOn()) {
          out.add(at(Phase.COMMA, 0));
        } else if (b == '}' && mayEnd()) {
          out.add(parent.resume(-1, null));
        }
      }
      case VALUE -> {
        MembersFrame around = space == 0 ? this : at(Phase.VALUE, 0);
        enter(grammar, value(), around, levels, b, 0, out);
      }
      default -> throw new IllegalStateException("a key is written by its own frame");
    }
  }

  private Node value() {
    return next < node.size() ? node.values[next] : Objects.requireNonNull(node.additional);
  }

  @Override
  int cost() {
    int inside =
        switch (phase) {
          case OPEN -> grammar.costs().membersOpen(node, levels);
          case BEHIND -> grammar.costs().membersRest(node, next, levels);
          case COMMA -> Costs.sum(1, Math.min(known(0), open(taken(""))));
          case COLON -> Costs.sum(1, valueCost());
          case VALUE -> valueCost();
          case KEY -> Costs.INFINITE;
        };
    return Costs.sum(inside, parent.rest());
  }

  private int valueCost() {
    return Costs.sum(grammar.costs().value(value(), levels), inner());
  }

  private int inner() {
    return grammar.costs().membersRest(node, Math.min(next + 1, node.size()), levels);
  }

  @Override
  public int rest() {
    return Costs.sum(inner(), parent.rest());
  }

  @Override
  public Frame resume(int literal, @Nullable String text) {
    return new MembersFrame(this, Phase.BEHIND, 0, Math.min(next + 1, node.size()), used);
  }

  @Override
  public @Nullable LiteralTrie known() {
    return node.keys;
  }

  @Override
  public boolean mayBe(int at) {
    return node.keys.anyBelow(at, next, node.lastNext(next));
  }

  @Override
  public boolean open() {
    return node.open(next)
        && UsedTexts.size(used) < MAX_ADDITIONAL
        && node.taken.size() + UsedTexts.size(used) < MAX_TAKEN
        && grammar.costs().value(Objects.requireNonNull(node.additional), levels) < Costs.INFINITE;
  }

  @Override
  public boolean taken(String text) {
    return node.taken.contains(text) || UsedTexts.contains(used, text);
  }

  @Override
  public Frame named(int literal, @Nullable String text) {
    return literal >= 0
        ? new MembersFrame(this, Phase.COLON, 0, literal, used)
        : new MembersFrame(
            this, Phase.COLON, 0, node.size(), UsedTexts.and(used, Objects.requireNonNull(text)));
  }

  @Override
  public int knownCost(int at) {
    return Costs.sum(known(at), parent.rest());
  }

  private int known(int at) {
    int best = Costs.INFINITE;
    int last = node.lastNext(next);
    for (int property : node.keys.below(at)) {
      if (property >= next && property <= last) {
        best = Math.min(best, grammar.costs().member(node, property, node.keys.depth(at), levels));
      }
    }
    return best;
  }

  @Override
  public int openCost(boolean taken) {
    return Costs.sum(open(taken), parent.rest());
  }

  /// A quote, with a character before it where the name is taken, a colon, the value, a brace.
  private int open(boolean taken) {
    return open()
        ? Costs.sum(
            taken ? 4 : 3, grammar.costs().value(Objects.requireNonNull(node.additional), levels))
        : Costs.INFINITE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MembersFrame f
        && f.node == node
        && f.phase == phase
        && f.space == space
        && f.next == next
        && f.levels == levels
        && Objects.equals(f.used, used)
        && f.parent.equals(parent);
  }

  @Override
  public int hashCode() {
    return ((node.id() * 31 + phase.hashCode()) * 31 + next) * 31 + space;
  }
}
