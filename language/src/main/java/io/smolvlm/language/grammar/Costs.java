package io.smolvlm.language.grammar;

import java.util.Arrays;
import java.util.List;

/// How many tokens complete each part of a schema, by the levels of brackets that may still be
/// opened: an upper bound that always has a next token after which it is smaller. Fixed texts count
/// the fewest tokens that spell them, everything else a token a byte, which every vocabulary has.
///
/// With bytes for tokens it tells which parts no text fits. Immutable.
final class Costs {
  /// More than any answer holds; sums stay there.
  static final int INFINITE = 1 << 28;

  /// Brackets that may be open at once.
  static final int MAX_LEVELS = 32;

  private final int[][] value;

  /// By node: of an object, by property and levels; of an array, by item and levels.
  private final int[][][] rest;

  /// By node: of an object, by property and place in its key; of literals, by node of the tree.
  private final int[][][] texts;

  private Costs(int nodes) {
    value = new int[nodes][MAX_LEVELS + 1];
    rest = new int[nodes][][];
    texts = new int[nodes][][];
  }

  static int sum(int a, int b) {
    return Math.min(INFINITE, a + b);
  }

  /// Counts the tokens of a text.
  interface Spelling {
    /// @return by place, the fewest tokens from there to the end
    int[] suffixes(byte[] text);

    /// A token a byte.
    static int[] bytes(byte[] text) {
      int[] counts = new int[text.length + 1];
      for (int i = 0; i < text.length; i++) {
        counts[i] = text.length - i;
      }
      return counts;
    }
  }

  static Costs of(List<Node> nodes, Spelling spelling) {
    var costs = new Costs(nodes.size());
    for (Node node : nodes) {
      costs.texts[node.id()] = costs.spell(node, spelling);
      switch (node) {
        case Node.Members members ->
            costs.rest[members.id()] = new int[members.size() + 1][MAX_LEVELS + 1];
        case Node.Items items ->
            costs.rest[items.id()] = new int[items.prefix.length + 1][MAX_LEVELS + 1];
        default -> {}
      }
    }
    for (int levels = 0; levels <= MAX_LEVELS; levels++) {
      costs.level(nodes, levels);
    }
    return costs;
  }

  private int[][] spell(Node node, Spelling spelling) {
    return switch (node) {
      case Node.Members members -> {
        int[][] keys = new int[members.size()][];
        for (int i = 0; i < keys.length; i++) {
          keys[i] = spelling.suffixes(members.keys.literals()[i]);
        }
        yield keys;
      }
      case Node.Literal literal -> {
        int[] best = new int[literal.trie().nodes()];
        int[][] suffixes = new int[literal.values().size()][];
        for (int i = 0; i < suffixes.length; i++) {
          suffixes[i] = spelling.suffixes(literal.trie().literals()[i]);
        }
        for (int n = 0; n < best.length; n++) {
          best[n] = INFINITE;
          for (int i : literal.trie().below(n)) {
            best[n] = Math.min(best[n], suffixes[i][literal.trie().depth(n)]);
          }
        }
        int[][] all = Arrays.copyOf(suffixes, suffixes.length + 1);
        all[suffixes.length] = best;
        yield all;
      }
      default -> new int[0][];
    };
  }

  private void level(List<Node> nodes, int levels) {
    for (Node node : nodes) {
      if (!(node instanceof Node.Choice)) {
        value[node.id()][levels] =
            switch (node) {
              case Node.Literal literal -> literal(literal, 0);
              case Node.Numeric number -> number.automaton().cost(0);
              case Node.Text text -> sum(2, text.rule().cost(0, 0));
              case Node.Members members -> levels == 0 ? INFINITE : members(members, levels - 1);
              case Node.Items items -> levels == 0 ? INFINITE : items(items, levels - 1);
              case Node.Choice choice -> INFINITE;
            };
      }
    }
    for (Node node : nodes) {
      if (node instanceof Node.Choice choice) {
        int best = INFINITE;
        for (Node option : choice.options()) {
          best = Math.min(best, value[option.id()][levels]);
        }
        value[node.id()][levels] = best;
      }
    }
  }

  private int members(Node.Members node, int inner) {
    int[][] after = rest[node.id()];
    after[node.size()][inner] = 1;
    for (int i = node.size() - 1; i >= 0; i--) {
      after[i][inner] = node.required[i] ? sum(2, member(node, i, 0, inner)) : after[i + 1][inner];
    }
    return sum(1, membersOpen(node, inner));
  }

  /// From the quoted key of a property, or a place in it, to the end of the object.
  int member(Node.Members node, int property, int place, int inner) {
    int key = texts[node.id()][property][place] + 1;
    return sum(
        sum(key, value[node.values[property].id()][inner]), rest[node.id()][property + 1][inner]);
  }

  /// From behind the opening brace to the end.
  int membersOpen(Node.Members node, int inner) {
    int after = rest[node.id()][0][inner];
    return node.firstRequired[0] < node.size() && after < INFINITE ? after - 1 : after;
  }

  /// From behind a value to the end of the object.
  int membersRest(Node.Members node, int next, int inner) {
    return rest[node.id()][next][inner];
  }

  private int items(Node.Items node, int inner) {
    int[][] after = rest[node.id()];
    int prefix = node.prefix.length;
    after[prefix][inner] = node.rest == null ? INFINITE : item(node, node.rest, inner);
    for (int i = 0; i < prefix; i++) {
      after[i][inner] = item(node, node.prefix[i], inner);
    }
    return sum(1, itemsOpen(node, inner));
  }

  /// Tokens that are surely enough for an item whatever items came before.
  private int item(Node.Items node, Node item, int inner) {
    if (!node.unique) {
      return value[item.id()][inner];
    }
    int most = 3;
    if (item instanceof Node.Literal literal) {
      for (int i = 0; i < literal.values().size(); i++) {
        most = Math.max(most, texts[literal.id()][i][0]);
      }
    }
    return most;
  }

  /// Item `index` itself.
  int itemAt(Node.Items node, int index, int inner) {
    return rest[node.id()][Math.min(index, node.prefix.length)][inner];
  }

  /// From behind the opening bracket to the end.
  int itemsOpen(Node.Items node, int inner) {
    int after = itemsRest(node, 0, inner);
    return node.min > 0 && after < INFINITE ? after - 1 : after;
  }

  /// From behind an item to the end of the array.
  ///
  /// @param count items so far
  int itemsRest(Node.Items node, int count, int inner) {
    int[][] items = rest[node.id()];
    int prefix = node.prefix.length;
    int total = 1;
    int i = count;
    for (; i < node.min && i < prefix; i++) {
      total = sum(total, sum(1, items[i][inner]));
    }
    if (i < node.min) {
      total = (int) Math.min(INFINITE, total + (node.min - i) * (1L + items[prefix][inner]));
    }
    return total;
  }

  /// From a node of the tree to the end of the nearest literal.
  int literal(Node.Literal node, int at) {
    int[][] all = texts[node.id()];
    return all[all.length - 1][at];
  }

  /// From a node of the tree to the end of the nearest literal that is not ruled out.
  ///
  /// @param used literals by their bits
  int literal(Node.Literal node, int at, long used) {
    int best = INFINITE;
    for (int i : node.trie().below(at)) {
      if ((used >>> i & 1) == 0) {
        best = Math.min(best, texts[node.id()][i][node.trie().depth(at)]);
      }
    }
    return best;
  }

  /// Tokens of the smallest value.
  int value(Node node, int levels) {
    return value[node.id()][levels];
  }
}
