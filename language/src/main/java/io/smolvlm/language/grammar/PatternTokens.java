package io.smolvlm.language.grammar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Where the plain tokens of a vocabulary lead from each state of a pattern, found out once a state
/// and shared by all sequences of a grammar. Length and tokens left are not looked at here: they
/// decide about whole groups later. Safe for use by several threads.
final class PatternTokens {
  /// Tokens that have as many characters and lead to the same state.
  static final class Group {
    final int characters;
    final int state;
    private int[] ids = new int[8];
    private int size;

    Group(int characters, int state) {
      this.characters = characters;
      this.state = state;
    }

    private void add(int id) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, size * 2);
      }
      ids[size++] = id;
    }

    void addTo(long[] bits) {
      for (int i = 0; i < size; i++) {
        int id = ids[i];
        bits[id >> 6] |= 1L << id;
      }
    }
  }

  private final PatternDfa dfa;
  private final TokenTrie plain;
  private final AtomicReferenceArray<Group @Nullable []> groups;

  PatternTokens(PatternDfa dfa, TokenVocabulary vocabulary) {
    this.dfa = dfa;
    this.plain = vocabulary.plainTrie();
    this.groups = new AtomicReferenceArray<>(dfa.states());
  }

  /// The plain tokens that may come in a state.
  Group[] from(int state) {
    Group[] known = groups.get(state);
    if (known == null) {
      known = walk(state);
      groups.set(state, known);
    }
    return known;
  }

  private Group[] walk(int start) {
    Map<Long, Group> found = new HashMap<>();
    int[] states = new int[plain.maxDepth + 1];
    int[] characters = new int[plain.maxDepth + 1];
    int[] missing = new int[plain.maxDepth + 1];
    int[] bits = new int[plain.maxDepth + 1];
    states[0] = start;
    int node = 0;
    while (node < plain.size) {
      int d = plain.depth[node];
      int b = plain.bytes[node] & 0xFF;
      int state = states[d];
      int count = characters[d];
      int following = missing[d] > 0 ? missing[d] - 1 : Utf8.following(b);
      int value = missing[d] > 0 ? bits[d] << 6 | (b & 0x3F) : Utf8.firstBits(b, following);
      if (following == 0) {
        state = dfa.after(state, value);
        count++;
        if (state < 0) {
          node = plain.next[node];
          continue;
        }
        for (int i = plain.first[node]; i < plain.first[node + 1]; i++) {
          int to = state;
          int n = count;
          found.computeIfAbsent((long) n << 32 | to, k -> new Group(n, to)).add(plain.ids[i]);
        }
      }
      states[d + 1] = state;
      characters[d + 1] = count;
      missing[d + 1] = following;
      bits[d + 1] = value;
      node++;
    }
    return found.values().toArray(Group[]::new);
  }
}
