package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.language.Decoder;
import io.smolvlm.language.Decoder.Prompts;
import io.smolvlm.language.DecoderWeights;
import io.smolvlm.language.KvCache;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.Tensor;
import io.smolvlm.tensor.TensorFile;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.torch.Arithmetic;
import io.smolvlm.vision.VisionConfig;
import io.smolvlm.vision.VisionTower;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The networks against the reference, from stored tiles and ids: every stage through both
/// executors, logits, greedy ids, several sequences together, partial tiles, and 12,000 positions.
class NetworkParityTest {
  /// Both sides compute in float32; the reference differs from itself by up to 3.4e-5
  /// (fixtures/README.md).
  private static final double STAGE = 1e-4;

  private static final double LOGITS = 2e-4;

  private static final Set<String> CASE_KEYS =
      Set.of(
          "name",
          "messages",
          "pictures",
          "prompt",
          "input_ids",
          "expanded_text",
          "rows",
          "cols",
          "tiles",
          "logits_argmax",
          "greedy_ids",
          "margins",
          "min_margin",
          "greedy_text",
          "of",
          "eos_token_id",
          "input_ids_tensor",
          "length",
          "left_padding",
          "pad_token_id",
          "picture_slots",
          "valid_hw_of_first_tiles",
          "about",
          "note");

  static Stream<Arguments> checkpoints() {
    return StreamSupport.stream(Fixtures.cases("tiny").get("checkpoints").spliterator(), false)
        .flatMap(c ->
            Stream.of(
                Arguments.of(c.get("checkpoint").asText(), c, true),
                Arguments.of(c.get("checkpoint").asText(), c, false)));
  }

  @ParameterizedTest(name = "{0}, through libtorch {2}")
  @MethodSource("checkpoints")
  void stagesLogitsAndGreedyIdsAreTheReferences(String name, JsonNode checkpoint, boolean torch) {
    try (var model = new Networks(checkpoint, torch)) {
      Map<String, JsonNode> cases = new HashMap<>();
      checkpoint.get("cases").forEach(c -> cases.put(c.get("name").asText(), c));
      for (JsonNode c : checkpoint.get("cases")) {
        c.fieldNames()
            .forEachRemaining(key -> {
              if (!CASE_KEYS.contains(key)) {
                fail(name + ": unknown key " + key);
              }
            });
        String caseName = c.get("name").asText();
        switch (caseName) {
          case "batch" -> model.checkTogether(c, cases);
          case "stop" -> {} // generating is ChainParityTest's
          default -> model.check(c, cases);
        }
      }
    }
  }

  /// A checkpoint's networks and expected tensors.
  private static final class Networks implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Team team = new Team(2);
    private final Checkpoint checkpoint;
    private final ModelConfig config;
    private final Decoder decoder;
    private final @Nullable VisionTower vision;
    private final TensorFile expected;
    private final boolean torch;

    Networks(JsonNode description, boolean torch) {
      Path folder = Fixtures.group("tiny").resolve(description.get("folder").asText());
      this.torch = torch;
      this.checkpoint = new ModelCatalog().resolve(folder.toString(), null);
      this.config = checkpoint.config();
      var weights = new NetworkWeights(checkpoint.weights(), arena, team, torch);
      DecoderWeights stored = weights.decoder();
      this.decoder =
          new Decoder(
              config.text(),
              stored,
              team,
              torch ? new Prompts(_ -> stored, Arithmetic.FLOAT32) : null);
      this.vision =
          config
              .pictures()
              .map(p ->
                  new VisionTower(
                      p.encoder(),
                      weights.vision(p.encoder()),
                      team,
                      torch ? Arithmetic.FLOAT32 : null))
              .orElse(null);
      this.expected = Fixtures.tensors("tiny", description.get("expected").asText());
    }

    private @Nullable Matrix expected(String name) {
      Tensor t = expected.tensors().get(name);
      return t == null ? null : t.toMatrix(arena);
    }

    private void near(String name, Matrix actual, double tolerance) {
      Matrix wanted = expected(name);
      if (wanted != null) {
        Fixtures.assertClose(name, wanted.toArray(), actual.toArray(), tolerance);
      }
    }

    void check(JsonNode c, Map<String, JsonNode> cases) {
      String name = c.get("name").asText();
      int[] ids = ids(c, cases);
      Matrix x = embedded(name, ids, c, cases);
      near(name + ".inputs_embeds", x, STAGE);
      try (var cache = new KvCache(config.text())) {
        Map<String, Matrix> stages = new HashMap<>();
        if (ids.length < 1000) {
          decoder.watch(x, cache, torch, (stage, value) -> stages.put(stage, copy(value)));
        } else {
          for (int from = 0; from < ids.length; from += 256) {
            decoder.forward(x.slice(from, Math.min(from + 256, ids.length)), cache);
          }
        }
        stages.forEach((stage, value) -> near(name + "." + stage, value, STAGE));
        Matrix last = x.slice(ids.length - 1, ids.length);
        near(name + ".logits_last", logits(last), LOGITS);
        if (expected(name + ".logits") != null) {
          near(name + ".logits", logits(x), LOGITS);
        }
        List<Integer> wanted = list(c.get("greedy_ids"));
        List<Integer> found = new ArrayList<>();
        Matrix row = copy(last);
        while (found.size() < wanted.size()) {
          int id = argmax(logits(row), 0);
          found.add(id);
          decoder.embed(new int[] {id}, row, 0);
          decoder.forward(row, cache);
        }
        assertEquals(wanted, found, name);
      }
    }

    /// Sequences decoded together give what each gives alone.
    void checkTogether(JsonNode c, Map<String, JsonNode> cases) {
      List<KvCache> caches = new ArrayList<>();
      List<List<Integer>> found = new ArrayList<>();
      int n = c.get("of").size();
      Matrix rows = Matrix.allocate(arena, n, config.text().hiddenSize());
      for (int i = 0; i < n; i++) {
        JsonNode single = cases.get(c.get("of").get(i).asText());
        Matrix x = embedded(single.get("name").asText(), ids(single, cases), single, cases);
        var cache = new KvCache(config.text());
        decoder.forward(x, cache);
        caches.add(cache);
        found.add(new ArrayList<>());
        rows.slice(i, i + 1).copyFrom(x.slice(x.rows() - 1, x.rows()));
      }
      near("batch.first_step_logits", logits(rows), LOGITS);
      List<Decoder.Rows> together =
          caches.stream().map(cache -> new Decoder.Rows(cache, 1)).toList();
      for (int step = 0; step < c.get("greedy_ids").get(0).size(); step++) {
        Matrix l = logits(rows);
        for (int i = 0; i < n; i++) {
          int id = argmax(l, i);
          found.get(i).add(id);
          decoder.embed(new int[] {id}, rows, i);
        }
        decoder.forward(rows, together);
      }
      for (int i = 0; i < n; i++) {
        assertEquals(list(c.get("greedy_ids").get(i)), found.get(i), "batch row " + i);
      }
      caches.forEach(KvCache::close);
    }

    private int[] ids(JsonNode c, Map<String, JsonNode> cases) {
      if (c.has("input_ids_tensor")) {
        long[] longs = expected.tensors().get(c.get("input_ids_tensor").asText()).toLongs();
        return java.util.Arrays.stream(longs).mapToInt(Math::toIntExact).toArray();
      }
      JsonNode own =
          c.has("input_ids")
              ? c.get("input_ids")
              : cases.get(c.get("of").asText()).get("input_ids");
      return list(own).stream().mapToInt(Integer::intValue).toArray();
    }

    /// Embeddings with image tokens in place.
    private Matrix embedded(String name, int[] ids, JsonNode c, Map<String, JsonNode> cases) {
      Matrix x = decoder.rows(arena, ids.length);
      decoder.embed(ids, x, 0);
      Matrix tokens = imageTokens(name, c);
      int next = 0;
      int imageId = config.pictures().map(PictureConfig::imageToken).orElse(-1);
      for (int i = 0; i < ids.length; i++) {
        if (ids[i] == imageId) {
          x.slice(i, i + 1).copyFrom(tokens.slice(next, next + 1));
          next++;
        }
      }
      assertEquals(tokens.rows(), next, name + ": image tokens");
      return x;
    }

    private Matrix imageTokens(String name, JsonNode c) {
      Matrix pixels = pixels(name);
      if (pixels == null || vision == null) {
        // Larger tiles are stored as what became of them; the whole chain is ChainParityTest's.
        Matrix stored = expected(name + ".connector");
        int width = config.text().hiddenSize();
        return stored == null
            ? Matrix.allocate(arena, 0, width)
            : stored.reshape((int) ((long) stored.rows() * stored.cols() / width), width);
      }
      VisionConfig v = vision.config();
      int each = v.tokensPerTile();
      Matrix tokens = Matrix.allocate(arena, pixels.rows() * each, vision.tokenWidth());
      Map<String, List<Matrix>> stages = new HashMap<>();
      for (int tile = 0; tile < pixels.rows(); tile++) {
        int rows = v.patchesPerSide();
        int cols = rows;
        if (c.has("valid_hw_of_first_tiles") && tile < c.get("valid_hw_of_first_tiles").size()) {
          JsonNode hw = c.get("valid_hw_of_first_tiles").get(tile);
          rows = Math.min(rows, (hw.get(0).asInt() + v.patchSize() - 1) / v.patchSize());
          cols = Math.min(cols, (hw.get(1).asInt() + v.patchSize() - 1) / v.patchSize());
        }
        Matrix own = tokens.slice(tile * each, (tile + 1) * each);
        vision.watch(
            pixels.slice(tile, tile + 1),
            rows,
            cols,
            torch,
            own,
            (stage, value) ->
                stages.computeIfAbsent(stage, s -> new ArrayList<>()).add(copy(value)));
        if (rows == v.patchesPerSide() && cols == rows) {
          Matrix again = Matrix.allocate(arena, each, vision.tokenWidth());
          vision.encode(pixels.slice(tile, tile + 1), again);
          Fixtures.assertClose("unwatched tile", own.toArray(), again.toArray(), STAGE);
        }
      }
      stages.forEach((stage, values) -> near(name + "." + stage, joined(values), STAGE));
      return tokens;
    }

    private @Nullable Matrix pixels(String name) {
      Tensor bytes = expected.tensors().get(name + ".pixel_u8");
      Tensor floats = expected.tensors().get(name + ".pixel_values");
      if (floats != null) {
        Matrix m = floats.toMatrix(arena);
        int tiles = (int) floats.shape().dim(0);
        return m.reshape(tiles, (int) ((long) m.rows() * m.cols() / tiles));
      }
      if (bytes == null) {
        return null;
      }
      int tiles = (int) bytes.shape().dim(0);
      Matrix m = Matrix.allocate(arena, tiles, (int) (bytes.data().byteSize() / tiles));
      for (long i = 0; i < bytes.data().byteSize(); i++) {
        float f = (float) ((bytes.data().get(ValueLayout.JAVA_BYTE, i) & 0xff) * (1 / 255.0));
        m.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (f - 0.5f) / 0.5f);
      }
      return m;
    }

    private Matrix logits(Matrix hidden) {
      Matrix l = Matrix.allocate(arena, hidden.rows(), config.text().vocabularySize());
      decoder.logits(hidden, l);
      return l;
    }

    private Matrix copy(Matrix m) {
      Matrix c = Matrix.allocate(arena, m.rows(), m.cols());
      c.copyFrom(m);
      return c;
    }

    private Matrix joined(List<Matrix> parts) {
      int rows = parts.stream().mapToInt(Matrix::rows).sum();
      Matrix all = Matrix.allocate(arena, rows, parts.getFirst().cols());
      int at = 0;
      for (Matrix p : parts) {
        all.slice(at, at + p.rows()).copyFrom(p);
        at += p.rows();
      }
      return all;
    }

    @Override
    public void close() {
      expected.close();
      if (vision != null) {
        vision.close();
      }
      decoder.close();
      checkpoint.close();
      team.close();
      arena.close();
    }
  }

  private static int argmax(Matrix m, int row) {
    int best = 0;
    for (int i = 1; i < m.cols(); i++) {
      if (m.get(row, i) > m.get(row, best)) {
        best = i;
      }
    }
    return best;
  }

  private static List<Integer> list(JsonNode array) {
    List<Integer> result = new ArrayList<>();
    array.forEach(n -> result.add(n.asInt()));
    return result;
  }
}
