package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smolvlm.language.Decoder;
import io.smolvlm.language.KvBlock;
import io.smolvlm.language.KvCache;
import io.smolvlm.language.KvFormat;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.kernel.Team;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Sequences that share blocks compute what they would alone, to the bit, wherever they part.
class SharedKvTest {
  private static final int LENGTH = 3 * KvBlock.ROWS;

  private final Arena arena = Arena.ofShared();
  private final Team team = new Team(2);
  private final Checkpoint checkpoint =
      new ModelCatalog()
          .resolve(
              Fixtures.projectRoot()
                  .resolve("samples/reference/fixtures/tiny/llama_text")
                  .toString(),
              null);
  private final Decoder decoder =
      new Decoder(
          checkpoint.config().text(),
          new NetworkWeights(checkpoint.weights(), arena, team, false).decoder(),
          team,
          null);
  private final int[] ids = new SplittableRandom(5).ints(LENGTH, 3, 300).toArray();

  @AfterEach
  void close() {
    decoder.close();
    checkpoint.close();
    team.close();
    arena.close();
  }

  private float[] feed(KvCache cache, int... tokens) {
    Matrix x = decoder.rows(arena, tokens.length);
    decoder.embed(tokens, x, 0);
    decoder.forward(x, cache);
    return x.toArray();
  }

  private int[] ids(int from, int to) {
    return java.util.Arrays.copyOfRange(ids, from, to);
  }

  /// Both go on in the last block at once, as the choices of one request do.
  @ParameterizedTest
  @EnumSource(KvFormat.class)
  void copiesGoOnWithoutSeeingEachOther(KvFormat format) {
    for (int at : new int[] {1, 63, 64, 65, 100, 128}) {
      var one = new KvCache(decoder.config(), LENGTH + 100, format);
      try (var alone = new KvCache(decoder.config(), LENGTH + 100, format)) {
        feed(alone, ids(0, at));
        feed(one, ids(0, at));
        KvCache two = one.copy();
        KvCache three = two.copy();
        Matrix x = decoder.rows(arena, 2);
        decoder.embed(new int[] {7, 8}, x, 0);
        decoder.forward(x, List.of(new Decoder.Rows(one, 1), new Decoder.Rows(two, 1)));
        one.close();
        float[] second = feed(two, ids(at, at + 40));
        float[] third = feed(three, ids(at, at + 40));
        two.close();
        assertArrayEquals(feed(alone, ids(at, at + 40)), third, "at " + at);
        alone.truncate(at);
        feed(alone, 8);
        assertArrayEquals(feed(alone, ids(at, at + 40)), second, "at " + at);
        three.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(KvFormat.class)
  void truncatedAndAdoptedBlocksAreNotWrittenOver(KvFormat format) {
    var first = new KvCache(decoder.config(), LENGTH + 100, format);
    float[] all = feed(first, ids);
    for (int keep : new int[] {0, 10, 64, 70, 130, LENGTH}) {
      try (var again = new KvCache(decoder.config(), LENGTH + 100, format)) {
        again.adopt(first.blocks(keep), keep);
        KvCache whole = first.copy();
        whole.truncate(keep);
        if (keep < LENGTH) {
          float[] rest =
              java.util.Arrays.copyOfRange(all, keep * decoder.config().hiddenSize(), all.length);
          assertArrayEquals(rest, feed(again, ids(keep, LENGTH)), "adopted " + keep);
          assertArrayEquals(rest, feed(whole, ids(keep, LENGTH)), "truncated to " + keep);
        }
        first.truncate(keep);
        feed(first, 9, 9, 9);
        assertArrayEquals(feed(again, 5), feed(whole, 5));
        whole.close();
        first.adopt(again.blocks(LENGTH), LENGTH);
      }
    }
    first.close();
  }

  @ParameterizedTest
  @EnumSource(KvFormat.class)
  void memoryFollowsUse(KvFormat format) {
    long block = KvCache.bytes(decoder.config(), format, KvBlock.ROWS);
    var cache = new KvCache(decoder.config(), LENGTH + 100, format);
    assertEquals(0, cache.bytes());
    feed(cache, ids(0, 64));
    assertEquals(block, cache.bytes());
    feed(cache, 3);
    assertEquals(2 * block, cache.bytes());
    KvBlock held = cache.blocks(65).getFirst();
    cache.close();
    cache.close();
    assertEquals(0, cache.bytes());
    assertThrows(IllegalStateException.class, held::retain);
    assertThrows(IllegalStateException.class, held::release);
  }
}
