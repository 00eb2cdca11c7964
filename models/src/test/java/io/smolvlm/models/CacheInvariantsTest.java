package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smolvlm.language.Decoder;
import io.smolvlm.language.Decoder.Prompts;
import io.smolvlm.language.DecoderWeights;
import io.smolvlm.language.KvCache;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.torch.Arithmetic;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A prompt cut anywhere through the cache gives the logits of one whole pass, through either
/// executor, and a sequence gives the same whatever is decoded beside it.
class CacheInvariantsTest {
  private static final double TOLERANCE = 1e-4;
  private static final int LENGTH = 60;

  private final Arena arena = Arena.ofShared();
  private final Team team = new Team(2);
  private final Path folder =
      Fixtures.projectRoot().resolve("samples/reference/fixtures/tiny/llama_text");
  private final Checkpoint checkpoint = new ModelCatalog().resolve(folder.toString(), null);
  private final Decoder torch = decoder(true);
  private final Decoder kernels = decoder(false);
  private final int[] ids = new SplittableRandom(11).ints(LENGTH, 3, 300).toArray();

  private Decoder decoder(boolean throughTorch) {
    DecoderWeights weights =
        new NetworkWeights(checkpoint.weights(), arena, team, throughTorch).decoder();
    return new Decoder(
        checkpoint.config().text(),
        weights,
        team,
        throughTorch ? new Prompts(_ -> weights, Arithmetic.FLOAT32) : null);
  }

  @AfterEach
  void close() {
    torch.close();
    kernels.close();
    checkpoint.close();
    team.close();
    arena.close();
  }

  /// Logits of every position, the prompt fed in pieces that end at `cuts`.
  private float[] logits(Decoder decoder, int... cuts) {
    Matrix x = decoder.rows(arena, LENGTH);
    decoder.embed(ids, x, 0);
    try (var cache = new KvCache(decoder.config())) {
      int from = 0;
      for (int to : cuts) {
        decoder.forward(x.slice(from, to), cache);
        from = to;
      }
      decoder.forward(x.slice(from, LENGTH), cache);
      assertEquals(LENGTH, cache.length());
    }
    Matrix result = Matrix.allocate(arena, LENGTH, decoder.config().vocabularySize());
    decoder.logits(x, result);
    return result.toArray();
  }

  @Test
  void anyCutGivesTheLogitsOfOneWholePass() {
    float[] whole = logits(kernels);
    Fixtures.assertClose("libtorch, whole", whole, logits(torch), TOLERANCE);
    for (int cut = 1; cut < LENGTH; cut += 7) {
      Fixtures.assertClose("kernels, cut at " + cut, whole, logits(kernels, cut), TOLERANCE);
      Fixtures.assertClose("libtorch, cut at " + cut, whole, logits(torch, cut), TOLERANCE);
    }
    Fixtures.assertClose("libtorch, three cuts", whole, logits(torch, 20, 37, 38), TOLERANCE);
    int[] each = java.util.stream.IntStream.range(1, LENGTH).toArray();
    Fixtures.assertClose("one by one", whole, logits(torch, each), TOLERANCE);
  }

  @Test
  void truncatingForgetsWhatCameAfter() {
    float[] whole = logits(kernels);
    Matrix x = kernels.rows(arena, LENGTH);
    try (var cache = new KvCache(kernels.config())) {
      kernels.embed(ids, x, 0);
      kernels.forward(x.slice(0, 40), cache);
      cache.truncate(25);
      kernels.embed(ids, x, 0);
      kernels.forward(x.slice(25, LENGTH), cache);
    }
    Matrix last = Matrix.allocate(arena, 1, kernels.config().vocabularySize());
    kernels.logits(x.slice(LENGTH - 1, LENGTH), last);
    int vocabulary = last.cols();
    Fixtures.assertClose(
        "last",
        java.util.Arrays.copyOfRange(whole, (LENGTH - 1) * vocabulary, LENGTH * vocabulary),
        last.toArray(),
        TOLERANCE);
  }

  @Test
  void decodingBesideOthersChangesNoBit() {
    float[][] alone = new float[3][];
    for (int s = 0; s < 3; s++) {
      alone[s] = step(new int[] {s}).get(0);
    }
    List<float[]> together = step(new int[] {0, 1, 2});
    for (int s = 0; s < 3; s++) {
      assertArrayEquals(alone[s], together.get(s), "sequence " + s);
    }
  }

  /// One decode step of sequences of different lengths together; the hidden row of each.
  private List<float[]> step(int[] sequences) {
    Matrix rows = kernels.rows(arena, sequences.length);
    List<KvCache> caches = new java.util.ArrayList<>();
    for (int i = 0; i < sequences.length; i++) {
      int length = 5 + 9 * sequences[i];
      Matrix x = kernels.rows(arena, length);
      kernels.embed(java.util.Arrays.copyOf(ids, length), x, 0);
      var cache = new KvCache(kernels.config());
      kernels.forward(x, cache);
      caches.add(cache);
      kernels.embed(new int[] {ids[length]}, rows, i);
    }
    kernels.forward(rows, caches.stream().map(c -> new Decoder.Rows(c, 1)).toList());
    caches.forEach(KvCache::close);
    return java.util.stream.IntStream.range(0, sequences.length)
        .mapToObj(i -> rows.slice(i, i + 1).toArray())
        .toList();
  }

  @Test
  void aSequenceDoesNotOutgrowTheContext() {
    try (var cache = new KvCache(kernels.config())) {
      assertThrows(
          IllegalStateException.class, () -> cache.reserve(kernels.config().maxPositions() + 1));
    }
  }
}
