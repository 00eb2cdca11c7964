package io.smolvlm.language.grammar;

/// Inside a fixed text.
final class LiteralFrame extends Frame {
  private final JsonGrammar grammar;
  private final Node.Literal node;
  private final int at;
  private final long used;
  private final Parent parent;

  private LiteralFrame(JsonGrammar grammar, Node.Literal node, int at, long used, Parent parent) {
    this.grammar = grammar;
    this.node = node;
    this.at = at;
    this.used = used;
    this.parent = parent;
  }

  /// @param at the place in the tree before the byte
  static void advance(
      JsonGrammar grammar,
      Node.Literal node,
      int at,
      long used,
      Parent parent,
      int b,
      Configs out) {
    int to = node.trie().after(at, b);
    if (to < 0) {
      return;
    }
    int literal = node.trie().literalAt(to);
    if (node.trie().isLeaf(to)) {
      if ((used >>> literal & 1) == 0) {
        out.add(parent.resume(literal, null));
      }
    } else {
      out.add(new LiteralFrame(grammar, node, to, used, parent));
    }
  }

  private boolean done() {
    int literal = node.trie().literalAt(at);
    return literal >= 0 && (used >>> literal & 1) == 0;
  }

  @Override
  void step(int b, Configs out) {
    advance(grammar, node, at, used, parent, b, out);
    if (done()) {
      parent.resume(node.trie().literalAt(at), null).step(b, out);
    }
  }

  @Override
  int cost() {
    int own =
        used == 0 ? grammar.costs().literal(node, at) : grammar.costs().literal(node, at, used);
    return Costs.sum(own, parent.rest());
  }

  @Override
  boolean complete() {
    return done() && parent.resume(node.trie().literalAt(at), null).complete();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LiteralFrame f
        && f.node.id() == node.id()
        && f.at == at
        && f.used == used
        && f.parent.equals(parent);
  }

  @Override
  public int hashCode() {
    return node.id() * 31 + at;
  }
}
