package io.smolvlm.language.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Fixed texts as a tree of bytes. Node 0 is the root. Immutable.
final class LiteralTrie {
  private static final class Build {
    final List<Integer> bytes = new ArrayList<>();
    final List<Build> children = new ArrayList<>();
    final List<Integer> below = new ArrayList<>();
    int depth;
    int literal = -1;
  }

  private final byte[][] literals;
  private final byte[][] bytes;
  private final int[][] children;
  private final int[][] below;
  private final int[] depth;
  private final int[] literal;

  private LiteralTrie(byte[][] literals, List<Build> nodes) {
    this.literals = literals;
    int size = nodes.size();
    bytes = new byte[size][];
    children = new int[size][];
    below = new int[size][];
    depth = new int[size];
    literal = new int[size];
    var ids = new java.util.IdentityHashMap<Build, Integer>();
    for (int i = 0; i < size; i++) {
      ids.put(nodes.get(i), i);
    }
    for (int i = 0; i < size; i++) {
      Build node = nodes.get(i);
      bytes[i] = new byte[node.bytes.size()];
      for (int k = 0; k < bytes[i].length; k++) {
        bytes[i][k] = node.bytes.get(k).byteValue();
      }
      children[i] = node.children.stream().mapToInt(ids::get).toArray();
      below[i] = node.below.stream().mapToInt(Integer::intValue).toArray();
      depth[i] = node.depth;
      literal[i] = node.literal;
    }
  }

  /// @param texts all different
  static LiteralTrie of(List<String> texts) {
    byte[][] literals = new byte[texts.size()][];
    List<Build> nodes = new ArrayList<>();
    var root = new Build();
    nodes.add(root);
    for (int i = 0; i < literals.length; i++) {
      literals[i] = texts.get(i).getBytes(StandardCharsets.UTF_8);
      Build node = root;
      node.below.add(i);
      for (byte b : literals[i]) {
        int at = node.bytes.indexOf((int) b);
        if (at < 0) {
          at = node.bytes.size();
          var child = new Build();
          child.depth = node.depth + 1;
          node.bytes.add((int) b);
          node.children.add(child);
          nodes.add(child);
        }
        node = node.children.get(at);
        node.below.add(i);
      }
      node.literal = i;
    }
    return new LiteralTrie(literals, nodes);
  }

  int nodes() {
    return depth.length;
  }

  byte[][] literals() {
    return literals;
  }

  /// The node after a byte, -1 for none.
  int after(int node, int b) {
    byte[] options = bytes[node];
    for (int i = 0; i < options.length; i++) {
      if (options[i] == (byte) b) {
        return children[node][i];
      }
    }
    return -1;
  }

  boolean isLeaf(int node) {
    return children[node].length == 0;
  }

  /// The literal that ends at a node, -1 for none.
  int literalAt(int node) {
    return literal[node];
  }

  int depth(int node) {
    return depth[node];
  }

  /// The literals that go through a node, ascending.
  int[] below(int node) {
    return below[node];
  }

  /// Whether one of the literals from `first` to `last` goes through a node.
  boolean anyBelow(int node, int first, int last) {
    int[] all = below[node];
    int at = Arrays.binarySearch(all, first);
    at = at >= 0 ? at : -at - 1;
    return at < all.length && all[at] <= last;
  }
}
