package io.smolvlm.language.grammar;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntPredicate;

/// Tokens by their bytes, as a tree in depth-first order: a walk that finds a byte impossible jumps
/// over everything below it.
///
/// Node `n` stands for the bytes on the way to it: its own byte is `bytes[n]`, the node after its
/// whole subtree is `next[n]`. The tokens that end there are `ids[first[n] .. first[n + 1])`. Nodes
/// start at 0; there is no root node.
final class TokenTrie {
  final int size;
  final byte[] bytes;
  final int[] next;

  /// Distance from the root, 0 for the first byte.
  final int[] depth;

  final int[] first;
  final int[] ids;
  final int maxDepth;

  private TokenTrie(int size, byte[] bytes, int[] next, int[] depth, int[] first, int[] ids) {
    this.size = size;
    this.bytes = bytes;
    this.next = next;
    this.depth = depth;
    this.first = first;
    this.ids = ids;
    int deepest = 0;
    for (int d : depth) {
      deepest = Math.max(deepest, d + 1);
    }
    this.maxDepth = deepest;
  }

  /// @param tokens bytes by id; those without any are left out
  /// @param wanted which ids are taken
  static TokenTrie of(byte[][] tokens, IntPredicate wanted) {
    Integer[] order = new Integer[tokens.length];
    int count = 0;
    int total = 0;
    for (int id = 0; id < tokens.length; id++) {
      if (tokens[id].length > 0 && wanted.test(id)) {
        order[count++] = id;
        total += tokens[id].length;
      }
    }
    Arrays.sort(
        order,
        0,
        count,
        Comparator.comparing((Integer id) -> tokens[id], Arrays::compareUnsigned)
            .thenComparing(id -> id));
    byte[] bytes = new byte[total];
    int[] next = new int[total];
    int[] depth = new int[total];
    int[] first = new int[total + 1];
    int[] ids = new int[count];
    int[] open = new int[total + 1];
    int opened = 0;
    int size = 0;
    byte[] before = {};
    for (int i = 0; i < count; i++) {
      byte[] token = tokens[order[i]];
      int common = Arrays.mismatch(before, token);
      common = common < 0 ? token.length : common;
      while (opened > common) {
        next[open[--opened]] = size;
      }
      for (int d = common; d < token.length; d++) {
        bytes[size] = token[d];
        depth[size] = d;
        first[size] = i;
        open[opened++] = size++;
      }
      ids[i] = order[i];
      before = token;
    }
    while (opened > 0) {
      next[open[--opened]] = size;
    }
    first[size] = count;
    return new TokenTrie(
        size,
        Arrays.copyOf(bytes, size),
        Arrays.copyOf(next, size),
        Arrays.copyOf(depth, size),
        Arrays.copyOf(first, size + 1),
        ids);
  }

  /// The node below `parent` (-1 for the root) for a byte, -1 for none.
  int child(int parent, byte b) {
    int end = parent < 0 ? size : next[parent];
    for (int node = parent + 1; node < end; node = next[node]) {
      if (bytes[node] == b) {
        return node;
      }
    }
    return -1;
  }
}
