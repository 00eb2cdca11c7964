package io.smolvlm.language.grammar;

import io.smolvlm.language.TokenMask;
import java.util.Arrays;

/// Follows one answer and rules out the tokens that no text of the grammar goes on with, or after
/// which the rest would not fit.
///
/// Inside strings most of a vocabulary is possible, elsewhere next to nothing. So tokens of plain
/// characters are taken as ready-made sets where a string takes any, and only the few others are
/// walked; elsewhere a walk over the tree of all tokens ends at the first impossible byte; and
/// masks inside strings with a pattern, where neither helps, are kept by state.
final class GrammarMask implements TokenMask {
  private final TokenVocabulary vocabulary;
  private final Configs now = new Configs();
  private final Configs next = new Configs();
  private final Configs inStrings = new Configs();
  private final Configs elsewhere = new Configs();
  private final Configs[] path;
  private final long[] bits;
  private int left;
  private boolean ended;

  /// @param left tokens that may come, the end token counted
  GrammarMask(TokenVocabulary vocabulary, Frame start, int left) {
    this.vocabulary = vocabulary;
    this.left = left;
    this.bits = new long[(vocabulary.size() + 63) / 64];
    this.path = new Configs[vocabulary.trie().maxDepth + 1];
    Arrays.setAll(path, i -> new Configs());
    now.add(start);
  }

  @Override
  public void apply(float[] logits) {
    Arrays.fill(bits, 0);
    if (ended || now.complete()) {
      for (int id : vocabulary.endTokens()) {
        bits[id >> 6] |= 1L << id;
      }
    }
    if (!ended) {
      permit(left - 1);
    }
    ruleOut(logits);
  }

  /// @param budget tokens that may still be needed after the next one
  private void permit(int budget) {
    inStrings.clear();
    elsewhere.clear();
    for (int i = 0; i < now.size(); i++) {
      Frame frame = now.get(i);
      (frame.permitPlain(vocabulary, budget, bits) ? inStrings : elsewhere).add(frame);
    }
    if (inStrings.size() > 0) {
      walk(vocabulary.special(), inStrings, budget);
    }
    if (elsewhere.size() > 0) {
      walk(vocabulary.trie(), elsewhere, budget);
    }
  }

  /// Permits the tokens of the tree that suit.
  private void walk(TokenTrie trie, Configs from, int budget) {
    path[0].copy(from);
    int node = 0;
    while (node < trie.size) {
      int depth = trie.depth[node];
      Configs after = path[depth + 1];
      after.step(path[depth], trie.bytes[node] & 0xFF);
      if (after.size() == 0) {
        node = trie.next[node];
        continue;
      }
      int first = trie.first[node];
      int last = trie.first[node + 1];
      if (first < last && after.cost() <= budget) {
        for (int i = first; i < last; i++) {
          int id = trie.ids[i];
          bits[id >> 6] |= 1L << id;
        }
      }
      node++;
    }
  }

  private void ruleOut(float[] logits) {
    for (int word = 0; word < bits.length; word++) {
      long permitted = bits[word];
      int start = word << 6;
      int end = Math.min(start + 64, logits.length);
      if (permitted == 0) {
        Arrays.fill(logits, start, end, Float.NEGATIVE_INFINITY);
      } else if (permitted != -1L) {
        for (long out = ~permitted; out != 0; out &= out - 1) {
          int id = start + Long.numberOfTrailingZeros(out);
          if (id < end) {
            logits[id] = Float.NEGATIVE_INFINITY;
          }
        }
      }
    }
    for (int id = bits.length << 6; id < logits.length; id++) {
      logits[id] = Float.NEGATIVE_INFINITY;
    }
  }

  @Override
  public void accept(int id) {
    left--;
    if (vocabulary.isEnd(id) && (ended || now.complete())) {
      ended = true;
      return;
    }
    byte[] bytes = vocabulary.bytes(id);
    for (byte b : bytes) {
      next.step(now, b & 0xFF);
      now.copy(next);
    }
    if (ended || bytes.length == 0 || now.size() == 0) {
      throw new IllegalArgumentException("token " + id + " was ruled out");
    }
  }
}
