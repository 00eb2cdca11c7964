package io.smolvlm.language.grammar;

import io.smolvlm.language.TokenMask;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Follows one answer and rules out the tokens that no text of the grammar goes on with, or after
/// which the rest would not fit.
///
/// Inside strings most of a vocabulary is possible, elsewhere next to nothing. So tokens of plain
/// characters are taken as ready-made sets where a string takes any, and only the few others are
/// walked; elsewhere a walk over the tree of all tokens ends at the first impossible byte; and
/// masks inside strings with a pattern, where neither helps, are kept by state.
final class GrammarMask implements TokenMask {
  private static final int MAX_KEPT = 64;

  /// A mask, right while the budget is at least `maxCost`.
  private static final class Kept {
    final long[] bits;
    final int maxCost;

    Kept(long[] bits, int maxCost) {
      this.bits = bits;
      this.maxCost = maxCost;
    }
  }

  private final TokenVocabulary vocabulary;
  private final Map<Object, Kept> kept = new HashMap<>();
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
      Object key = frame.maskKey();
      if (key != null) {
        permitKept(frame, key, budget);
      } else if (frame.plainSettled(budget)) {
        or(vocabulary.plain(frame.plainRoom()));
        inStrings.add(frame);
      } else {
        elsewhere.add(frame);
      }
    }
    if (inStrings.size() > 0) {
      walk(vocabulary.special(), inStrings, budget, bits);
    }
    if (elsewhere.size() > 0) {
      walk(vocabulary.trie(), elsewhere, budget, bits);
    }
  }

  private void permitKept(Frame frame, Object key, int budget) {
    Kept mask = kept.get(key);
    if (mask == null && kept.size() < MAX_KEPT) {
      long[] all = new long[bits.length];
      next.clear();
      next.add(frame);
      int maxCost = walk(vocabulary.trie(), next, Costs.INFINITE - 1, all);
      mask = new Kept(all, maxCost);
      kept.put(key, mask);
    }
    if (mask != null && mask.maxCost <= budget) {
      or(mask.bits);
    } else {
      elsewhere.add(frame);
    }
  }

  private void or(long[] more) {
    for (int i = 0; i < more.length; i++) {
      bits[i] |= more[i];
    }
  }

  /// Adds the tokens that may come to `into`.
  ///
  /// @return the largest cost after one of them
  private int walk(TokenTrie trie, Configs from, int budget, long[] into) {
    path[0].copy(from);
    int maxCost = 0;
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
      if (first < last) {
        int cost = after.cost();
        if (cost <= budget) {
          maxCost = Math.max(maxCost, cost);
          for (int i = first; i < last; i++) {
            int id = trie.ids[i];
            into[id >> 6] |= 1L << id;
          }
        }
      }
      node++;
    }
    return maxCost;
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
