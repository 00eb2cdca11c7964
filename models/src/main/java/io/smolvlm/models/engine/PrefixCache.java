package io.smolvlm.models.engine;

import io.smolvlm.language.KvBlock;
import io.smolvlm.language.KvCache;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Keys and values of beginnings of prompts, by the content of the beginning: another question
/// about the same picture, or the next turn of a chat, prefills only what is new.
///
/// An entry is a beginning up to a place where its prompt was cut into chunks ([PromptCuts]) and
/// holds the blocks of the sequence that computed it; a longer beginning holds the same blocks and
/// more. A block is counted once and given back when neither an entry nor a sequence holds it.
///
/// Over the budget, the beginning that was used least recently goes first, and of one prompt's the
/// longer before the shorter: more prompts begin with it.
///
/// One thread at a time; [#status] for any.
final class PrefixCache implements AutoCloseable {
  /// A beginning of so many positions.
  record Prefix(int positions, List<KvBlock> blocks) {}

  private final long budget;

  /// The least recently used first.
  private final LinkedHashMap<String, Prefix> kept = new LinkedHashMap<>(16, 0.75f, true);

  /// How many entries hold a block.
  private final IdentityHashMap<KvBlock, Integer> holders = new IdentityHashMap<>();

  private long bytes;
  private long hits;
  private long misses;
  private long evictions;
  private volatile CacheStatus status;

  /// @param budget most bytes, 0 keeps nothing
  PrefixCache(long budget) {
    this.budget = budget;
    this.status = new CacheStatus(0, 0, 0, 0, budget);
  }

  boolean enabled() {
    return budget > 0;
  }

  /// Looks for the longest of a prompt's beginnings.
  ///
  /// @param cuts the prompt's, in order
  /// @return null when none is there
  @Nullable Prefix longest(List<PromptCuts.Cut> cuts) {
    Prefix longest = null;
    for (PromptCuts.Cut cut : cuts.reversed()) {
      // Asking counts as use, shorter ones last: see above.
      Prefix found = kept.get(cut.key());
      longest = longest == null ? found : longest;
    }
    return longest;
  }

  /// Counts what a prompt found in all.
  void count(int foundTokens, int computedTokens) {
    if (enabled()) {
      hits += foundTokens;
      misses += computedTokens;
      tell();
    }
  }

  /// Keeps a beginning, unless it alone is over the budget.
  ///
  /// @param cuts the prompt's up to the end of the beginning, in order
  /// @param sequence has computed it
  void keep(List<PromptCuts.Cut> cuts, KvCache sequence) {
    PromptCuts.Cut end = cuts.getLast();
    List<KvBlock> blocks = sequence.blocks(end.position());
    if (kept.containsKey(end.key()) || blocks.stream().mapToLong(KvBlock::bytes).sum() > budget) {
      return;
    }
    blocks.forEach(this::hold);
    kept.put(end.key(), new Prefix(end.position(), blocks));
    longest(cuts); // all of them are in use
    while (bytes > budget) {
      Prefix oldest = kept.pollFirstEntry().getValue();
      oldest.blocks().forEach(this::letGo);
      evictions++;
    }
    tell();
  }

  private void hold(KvBlock block) {
    if (holders.merge(block, 1, Integer::sum) == 1) {
      block.retain();
      bytes += block.bytes();
    }
  }

  private void letGo(KvBlock block) {
    if (holders.merge(block, -1, Integer::sum) == 0) {
      holders.remove(block);
      bytes -= block.bytes();
      block.release();
    }
  }

  private void tell() {
    status = new CacheStatus(hits, misses, evictions, bytes, budget);
  }

  CacheStatus status() {
    return status;
  }

  @Override
  public void close() {
    kept.values().forEach(prefix -> prefix.blocks().forEach(this::letGo));
    kept.clear();
  }
}
