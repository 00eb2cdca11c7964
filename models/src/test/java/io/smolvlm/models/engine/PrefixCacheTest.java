package io.smolvlm.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smolvlm.language.KvBlock;
import io.smolvlm.language.KvCache;
import io.smolvlm.language.KvFormat;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrefixCacheTest {
  private static final SmolVlm MODEL = Asked.textModel();
  private static final Networks NETWORKS = MODEL.engine().networks();
  private static final long BLOCK = KvCache.bytes(NETWORKS.text(), KvFormat.FLOAT32, KvBlock.ROWS);

  private final List<KvCache> sequences = new ArrayList<>();

  @AfterEach
  void close() {
    sequences.forEach(KvCache::close);
  }

  @AfterAll
  static void closeModel() {
    MODEL.close();
  }

  private KvCache sequence(int positions) {
    var sequence = new KvCache(NETWORKS.text());
    sequences.add(sequence);
    try (Arena arena = Arena.ofConfined()) {
      Matrix x = NETWORKS.decoder().rows(arena, positions);
      NETWORKS.decoder().embed(new int[positions], x, 0);
      NETWORKS.decoder().forward(x, sequence);
    }
    return sequence;
  }

  private static PromptCuts.Cut cut(String name, int position) {
    return new PromptCuts.Cut(position, name);
  }

  @Test
  void theLongestBeginningIsFoundAndBlocksAreCountedOnce() {
    var cache = new PrefixCache(10 * BLOCK);
    KvCache sequence = sequence(200);
    List<PromptCuts.Cut> cuts = List.of(cut("a", 100), cut("ab", 160));
    cache.keep(cuts.subList(0, 1), sequence);
    cache.keep(cuts, sequence);
    assertEquals(3 * BLOCK, cache.status().bytes());
    assertEquals(160, positions(cache.longest(List.of(cuts.get(0), cuts.get(1), cut("x", 300)))));
    assertEquals(100, positions(cache.longest(List.of(cuts.get(0), cut("ax", 150)))));
    assertNull(cache.longest(List.of(cut("x", 100))));
    sequence.close();
    var again = new KvCache(NETWORKS.text());
    sequences.add(again);
    again.adopt(there(cache.longest(cuts)).blocks(), 160);
    cache.close();
    assertEquals(160, again.length());
    assertEquals(0, cache.status().evictions());
    KvBlock block = again.blocks(1).getFirst();
    again.close();
    assertThrows(IllegalStateException.class, block::retain);
  }

  private static int positions(PrefixCache.@org.jspecify.annotations.Nullable Prefix found) {
    return there(found).positions();
  }

  private static PrefixCache.Prefix there(
      PrefixCache.@org.jspecify.annotations.Nullable Prefix found) {
    assertNotNull(found);
    return found;
  }

  @Test
  void whatWasUsedLeastRecentlyGoesAndLongerBeforeShorter() {
    try (var cache = new PrefixCache(4 * BLOCK)) {
      List<PromptCuts.Cut> a = List.of(cut("a", 64), cut("ab", 128));
      KvCache first = sequence(128);
      cache.keep(a.subList(0, 1), first);
      cache.keep(a, first);
      KvCache second = sequence(128);
      cache.keep(List.of(cut("b", 128)), second);
      cache.longest(a);
      cache.keep(List.of(cut("c", 64)), sequence(64));
      assertNull(cache.longest(List.of(cut("b", 128))));
      assertEquals(128, positions(cache.longest(a)));
      cache.keep(List.of(cut("d", 128)), sequence(128));
      assertNull(cache.longest(List.of(cut("c", 64))));
      cache.keep(List.of(cut("e", 64)), sequence(64));
      assertEquals(64, positions(cache.longest(a)));
      assertEquals(3, cache.status().evictions());
      assertEquals(4 * BLOCK, cache.status().bytes());
    }
  }

  @Test
  void oneOverTheBudgetIsNotKeptAndDrivesNobodyOut() {
    try (var cache = new PrefixCache(2 * BLOCK)) {
      cache.keep(List.of(cut("a", 64)), sequence(64));
      cache.keep(List.of(cut("b", 129)), sequence(129));
      assertNull(cache.longest(List.of(cut("b", 129))));
      assertEquals(64, positions(cache.longest(List.of(cut("a", 64)))));
    }
  }
}
