package io.smolvlm.tensor.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.HalfBlocks;
import io.smolvlm.tensor.ops.HalfLayout;
import io.smolvlm.tensor.ops.KeyValues;
import io.smolvlm.tensor.ops.RowSpan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Attention over float16: the vector kernels against their scalar twins, both against the formula.
class HalfAttentionTest {
  private static final long SEED = 20261127;
  private static final int ROWS = 64;
  private static final int LAYERS = 2;
  private static final int KEY_HEADS = 2;

  private final Arena arena = Arena.ofShared();
  private final SplittableRandom random = new SplittableRandom(SEED);

  @AfterEach
  void close() {
    arena.close();
  }

  private Matrix random(int rows, int cols) {
    Matrix m = Matrix.allocate(arena, rows, cols);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        m.set(r, c, (float) random.nextGaussian());
      }
    }
    return m;
  }

  private static HalfLayout layout(int headDim) {
    return new HalfLayout(LAYERS, KEY_HEADS, headDim, ROWS, Partial.COUNT);
  }

  /// The second layer's keys and values.
  private HalfBlocks blocks(HalfLayout layout, Matrix keys, Matrix values) {
    List<MemorySegment> blocks = new ArrayList<>();
    for (int position = 0; position < keys.rows(); position++) {
      if (position % ROWS == 0) {
        blocks.add(arena.allocate(layout.bytes(), 64));
      }
      layout.write(blocks.getLast(), 1, position % ROWS, keys, values, position);
    }
    return new HalfBlocks(layout, blocks);
  }

  private Matrix attend(
      HalfKernels kernels, Matrix q, int heads, HalfBlocks memory, int count, float scale) {
    Matrix out = Matrix.allocate(arena, q.rows(), q.cols());
    int headDim = memory.layout().headDim();
    new HalfAttention(kernels)
        .attend(q, 1, 1, headDim, heads, memory, 1, KEY_HEADS - 1, count, scale, out);
    return out;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 32, 64, 80, 128})
  void bothKernelsComputeTheFormula(int headDim) {
    HalfLayout layout = layout(headDim);
    for (int count : new int[] {1, 2, 7, 15, 17, 63, 64, 65, 131, 200}) {
      Matrix keys = random(count, KEY_HEADS * headDim);
      Matrix values = random(count, KEY_HEADS * headDim);
      HalfBlocks memory = blocks(layout, keys, values);
      for (int heads = 1; heads <= 5; heads++) {
        Matrix q = random(2, (heads + 1) * headDim);
        float scale = (float) (1 / Math.sqrt(headDim));
        Matrix vector = attend(new VectorHalfKernels(), q, heads, memory, count, scale);
        Matrix scalar = attend(new ScalarHalfKernels(), q, heads, memory, count, scale);
        String what = heads + " heads of " + headDim + " over " + count + ", seed " + SEED;
        assertArrayEquals(scalar.toArray(), vector.toArray(), what);
        for (int h = 1; h <= heads; h++) {
          double[] expected = expected(q, h * headDim, headDim, keys, values, scale);
          for (int d = 0; d < headDim; d++) {
            assertEquals(expected[d], vector.get(1, h * headDim + d), 2e-5, what);
          }
        }
      }
    }
  }

  /// With the second key head, row 1 of `q`.
  private static double[] expected(
      Matrix q, int column, int headDim, Matrix keys, Matrix values, float scale) {
    double[] out = new double[headDim];
    double[] weights = new double[keys.rows()];
    double most = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < weights.length; j++) {
      for (int d = 0; d < headDim; d++) {
        weights[j] += (double) q.get(1, column + d) * half(keys.get(j, headDim + d)) * scale;
      }
      most = Math.max(most, weights[j]);
    }
    double sum = 0;
    for (int j = 0; j < weights.length; j++) {
      weights[j] = Math.exp(weights[j] - most);
      sum += weights[j];
    }
    for (int d = 0; d < headDim; d++) {
      for (int j = 0; j < weights.length; j++) {
        out[d] += weights[j] / sum * half(values.get(j, headDim + d));
      }
    }
    return out;
  }

  private static float half(float v) {
    return Float.float16ToFloat(Float.floatToFloat16(v));
  }

  @Test
  void aHeadDoesNotDependOnHowManyAreBesideIt() {
    HalfLayout layout = layout(64);
    Matrix keys = random(150, KEY_HEADS * 64);
    HalfBlocks memory = blocks(layout, keys, random(150, KEY_HEADS * 64));
    Matrix q = random(2, 6 * 64);
    float[] all = attend(new VectorHalfKernels(), q, 5, memory, 150, 0.125f).toArray();
    for (int heads = 1; heads < 5; heads++) {
      float[] some = attend(new VectorHalfKernels(), q, heads, memory, 150, 0.125f).toArray();
      for (int i = 0; i < heads * 64; i++) {
        assertEquals(all[7 * 64 + i], some[7 * 64 + i], heads + " heads, " + i);
      }
    }
  }

  /// As many rows as go together and more, with blocks half full.
  @Test
  void aRowDoesNotDependOnHowManyAreBesideIt() {
    for (int heads = 1; heads <= 4; heads++) {
      Matrix keys = random(150, KEY_HEADS * 64);
      HalfBlocks memory = blocks(layout(64), keys, random(150, KEY_HEADS * 64));
      Matrix q = random(37, heads * 64);
      for (HalfKernels kernels : List.of(new VectorHalfKernels(), new ScalarHalfKernels())) {
        Matrix together = Matrix.allocate(arena, q.rows(), q.cols());
        new HalfAttention(kernels)
            .attend(q, 0, 37, 0, heads, memory, 1, 1, 150 - 36, 0.125f, together);
        Matrix alone = Matrix.allocate(arena, q.rows(), q.cols());
        for (int row = 0; row < 37; row++) {
          new HalfAttention(kernels)
              .attend(q, row, 1, 0, heads, memory, 1, 1, 150 - 36 + row, 0.125f, alone);
        }
        assertArrayEquals(alone.toArray(), together.toArray(), heads + " heads");
      }
    }
  }

  /// One row by a whole team, of several sizes: the same numbers as by one thread, head by head.
  @ParameterizedTest
  @ValueSource(ints = {1, 20, 64, 80})
  void aTeamComputesWhatOneThreadDoes(int headDim) {
    for (int size = 1; size <= 3; size++) {
      try (var team = new Team(size)) {
        for (HalfKernels kernels : List.of(new VectorHalfKernels(), new ScalarHalfKernels())) {
          var split = new SplitAttention(kernels, team);
          for (int group : new int[] {3, 1, 9}) {
            var shape = new AttentionShape(KEY_HEADS * group, KEY_HEADS, headDim);
            // Shorter ones after longer ones: nothing of these may be left.
            for (int count : new int[] {333, 64, 65, 1, 1500, 70}) {
              Matrix keys = random(count, KEY_HEADS * headDim);
              HalfBlocks memory = blocks(layout(headDim), keys, random(count, KEY_HEADS * headDim));
              Matrix q = random(2, KEY_HEADS * group * headDim);
              Matrix alone = Matrix.allocate(arena, 2, q.cols());
              for (int k = 0; k < KEY_HEADS; k++) {
                new HalfAttention(kernels)
                    .attend(
                        q,
                        1,
                        1,
                        k * group * headDim,
                        group,
                        memory,
                        1,
                        k,
                        count,
                        shape.scale(),
                        alone);
              }
              Matrix together = Matrix.allocate(arena, 2, q.cols());
              split.attend(q, 1, shape, memory, 1, count, together);
              String what = size + " members, " + group + " heads, " + count + ", seed " + SEED;
              assertArrayEquals(alone.toArray(), together.toArray(), what);
            }
          }
        }
      }
    }
  }

  /// One row of a sequence of its own, where a long one is shared out otherwise than beside others.
  private record Span(HalfBlocks halves, int length) implements RowSpan, KeyValues {
    @Override
    public KeyValues keyValues() {
      return this;
    }

    @Override
    public int rows() {
      return 1;
    }

    @Override
    public int blockRows() {
      return ROWS;
    }

    @Override
    public List<Matrix> keys(int layer) {
      return List.of();
    }

    @Override
    public List<Matrix> values(int layer) {
      return List.of();
    }

    @Override
    public List<Matrix> matrices(int count) {
      throw new IllegalStateException("keys and values are float16");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aSequenceAloneIsAttendedForAsBesideOthers(int size) {
    var shape = new AttentionShape(3 * KEY_HEADS, KEY_HEADS, 64);
    try (var team = new Team(size)) {
      for (int length : new int[] {40, 255, 256, 257, 900}) {
        List<Span> spans = new ArrayList<>();
        for (int count : new int[] {length + 1, 10, 600}) {
          Matrix keys = random(count, KEY_HEADS * 64);
          HalfBlocks memory = blocks(layout(64), keys, random(count, KEY_HEADS * 64));
          spans.add(new Span(memory, count - 1));
        }
        Matrix q = random(3, shape.queryWidth());
        Matrix scratch = Matrix.allocate(arena, 1, 1); // for scores over float32
        var attention = new Attention(new VectorKernels(), new VectorHalfKernels(), team);
        Matrix together = Matrix.allocate(arena, 3, q.cols());
        attention.causal(spans, 1, q, shape, scratch, together);
        Matrix alone = Matrix.allocate(arena, 1, q.cols());
        for (int i = 0; i < 3; i++) {
          attention.causal(spans.subList(i, i + 1), 1, q.slice(i, i + 1), shape, scratch, alone);
          assertArrayEquals(
              together.slice(i, i + 1).toArray(), alone.toArray(), "behind " + length + ", " + i);
        }
      }
    }
  }

  /// Sharp attention picks out single values, also the smallest and largest that float16 holds.
  @Test
  void extremesKeepTheirNumbers() {
    float[] numbers = {0, -0.0f, 0x1p-24f, -0x1p-15f, 0x1p-14f, 1, -65504, 65504, 1e6f, -1e9f};
    HalfLayout layout = layout(32);
    Matrix keys = Matrix.allocate(arena, numbers.length, KEY_HEADS * 32);
    Matrix values = Matrix.allocate(arena, numbers.length, KEY_HEADS * 32);
    for (int j = 0; j < numbers.length; j++) {
      keys.set(j, 32 + j, 1);
      values.set(j, 32, numbers[j]);
    }
    HalfBlocks memory = blocks(layout, keys, values);
    for (int j = 0; j < numbers.length; j++) {
      Matrix q = Matrix.allocate(arena, 2, 2 * 32);
      q.set(1, 32 + j, 1000);
      float expected = Math.clamp(numbers[j], -65504, 65504);
      float found = attend(new VectorHalfKernels(), q, 1, memory, numbers.length, 1).get(1, 32);
      assertEquals(expected, found, Math.abs(expected) * 1e-6f);
    }
  }
}
