package io.smolvlm.tensor.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.kernel.KernelOps;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.Bf16Weight;
import io.smolvlm.tensor.ops.HalfBlocks;
import io.smolvlm.tensor.ops.HalfLayout;
import io.smolvlm.tensor.ops.KeyValues;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.Norm;
import io.smolvlm.tensor.ops.Ops;
import io.smolvlm.tensor.ops.RowSpan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every operation through both executors: kernels and libtorch agree.
class ExecutorsTest {
  /// Both compute in float32; sums run in different orders.
  private static final double TOLERANCE = 1e-4;

  private static final int WIDTH = 24;
  private static final Bfloat16Speed HALVES = Bfloat16Speed.measure();

  private final Arena arena = Arena.ofShared();
  private final SplittableRandom random = new SplittableRandom(7);
  private final Team team = new Team(2);
  private final KernelOps kernels = new KernelOps(team);

  @AfterEach
  void close() {
    kernels.close();
    team.close();
    arena.close();
  }

  private Matrix random(int rows, int cols) {
    Matrix m = Matrix.allocate(arena, rows, cols);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        m.set(r, c, (float) (random.nextDouble() * 2 - 1));
      }
    }
    return m;
  }

  private Linear linear(int in, int out, boolean bias) {
    Matrix weight = random(out, in);
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        weight.set(o, i, weight.get(o, i) * spread(in));
      }
    }
    return new Linear("linear", weight, bias ? random(1, out) : null);
  }

  /// So that layers neither enlarge nor shrink, as trained ones.
  private static float spread(int in) {
    return (float) Math.sqrt(3.0 / in);
  }

  /// In bfloat16, at an address that is a multiple of 2 alone, as a mapped file may have it.
  private Linear halves(int in, int out, boolean bias) {
    MemorySegment data = arena.allocate(2L * in * out + 2, 64).asSlice(2);
    for (long i = 0; i < (long) in * out; i++) {
      int bits = Float.floatToRawIntBits((float) (random.nextDouble() * 2 - 1) * spread(in));
      data.setAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i, (short) (bits >>> 16));
    }
    return new Linear("halves", new Bf16Weight(data, out, in), bias ? random(1, out) : null);
  }

  private static void near(Matrix expected, Matrix actual, String what) {
    assertEquals(expected.rows(), actual.rows(), what);
    assertEquals(expected.cols(), actual.cols(), what);
    float[] e = expected.toArray();
    float[] a = actual.toArray();
    for (int i = 0; i < e.length; i++) {
      assertEquals(e[i], a[i], TOLERANCE, what + " at " + i);
    }
  }

  private Matrix copy(Matrix m) {
    Matrix c = Matrix.allocate(arena, m.rows(), m.cols());
    c.copyFrom(m);
    return c;
  }

  private static final AttentionShape ALL_HEADS = new AttentionShape(3, 3, WIDTH / 3);

  private final class Encoder {
    private final Linear in = linear(10, WIDTH, true);
    private final Linear q = linear(WIDTH, WIDTH, true);
    private final Linear k = linear(WIDTH, WIDTH, true);
    private final Linear v = halves(WIDTH, WIDTH, true);
    private final Linear fc = linear(WIDTH, WIDTH, true);
    private final Linear connector = halves(WIDTH * 4, 7, false);
    private final Norm norm = new Norm("norm", random(1, WIDTH), random(1, WIDTH), 1e-6f);

    <V> V forward(Ops<V> ops, V x, V positions, @Nullable V bias) {
      V h = ops.tap("sum", ops.add(ops.linear(x, in), positions));
      V n = ops.layerNorm(h, norm);
      V attended =
          ops.attention(ops.linear(n, q), ops.linear(n, k), ops.linear(n, v), ALL_HEADS, bias);
      h = ops.residual(h, attended);
      h = ops.tap("branch", ops.residual(h, ops.linearGelu(h, fc)));
      return ops.linear(ops.pixelShuffle(h, 4, 2), connector);
    }
  }

  @Test
  void encoderOperationsAgree() {
    var network = new Encoder();
    Matrix x = random(16, 10);
    Matrix positions = random(16, WIDTH);
    Matrix bias = Matrix.allocate(arena, 1, 16);
    bias.set(0, 3, Float.NEGATIVE_INFINITY);

    Map<String, Matrix> seen = new HashMap<>();
    kernels.watch((name, value) -> seen.put(name, copy(value)));
    Matrix expected = copy(network.forward(kernels.begin(), x, positions, bias));
    Matrix actual = Matrix.allocate(arena, 4, 7);
    try (TorchGraph graph =
        TorchGraph.compile(
            List.of("x", "positions", "bias"),
            true,
            Arithmetic.FLOAT32,
            (ops, inputs) -> network.forward(ops, inputs.get(0), inputs.get(1), inputs.get(2)))) {
      for (int turn = 0; turn < 3; turn++) {
        graph.run(
            List.of(x, positions, bias),
            actual,
            (name, value) -> {
              Matrix mine = seen.get(name);
              assertNotNull(mine, name);
              near(mine, value, name);
            });
        near(expected, actual, "result");
      }
    }
  }

  /// The least cosine of a row of image tokens with those of float32.
  @ParameterizedTest
  @CsvSource({"BFLOAT16, 0.999", "INT8, 0.995", "INT8_BFLOAT16, 0.995"})
  void encoderInOtherNumbersStaysNear(Arithmetic arithmetic, double cosine) {
    assumeTrue(arithmetic == Arithmetic.INT8 || HALVES.pays(), "the processor has no bfloat16");
    var network = new Encoder();
    Matrix x = random(16, 10);
    Matrix positions = random(16, WIDTH);
    Matrix expected = copy(network.forward(kernels.begin(), x, positions, null));
    Matrix actual = Matrix.allocate(arena, 4, 7);
    try (TorchGraph graph =
        TorchGraph.compile(
            List.of("x", "positions"),
            false,
            arithmetic,
            (ops, inputs) -> network.forward(ops, inputs.get(0), inputs.get(1), null))) {
      for (int turn = 0; turn < 3; turn++) {
        graph.run(List.of(x, positions), actual, null);
        pointsAlike(expected, actual, cosine);
      }
    }
  }

  private static void pointsAlike(Matrix expected, Matrix actual, double least) {
    for (int r = 0; r < expected.rows(); r++) {
      double ab = 0;
      double aa = 0;
      double bb = 0;
      for (int c = 0; c < expected.cols(); c++) {
        ab += (double) expected.get(r, c) * actual.get(r, c);
        aa += (double) expected.get(r, c) * expected.get(r, c);
        bb += (double) actual.get(r, c) * actual.get(r, c);
      }
      double cosine = ab / Math.sqrt(aa * bb);
      assertTrue(cosine >= least, "row " + r + ": cosine " + cosine);
      assertEquals(1, Math.sqrt(bb / aa), 0.05, "row " + r + ": length");
    }
  }

  private final class TwoLayers {
    private final AttentionShape shape = new AttentionShape(4, 2, 6);
    private final Linear q = linear(WIDTH, 24, false);
    private final Linear k = linear(WIDTH, 12, false);
    private final Linear v = linear(WIDTH, 12, false);
    private final Linear gate = linear(24, WIDTH, false);
    private final Linear up = halves(24, WIDTH, false);
    private final Norm norm = new Norm("norm", random(1, WIDTH), null, 1e-5f);

    <V> V forward(Ops<V> ops, V x) {
      for (int i = 0; i < 2; i++) {
        V n = ops.rmsNorm(x, norm);
        V a = ops.causalAttention(i, ops.linear(n, q), ops.linear(n, k), ops.linear(n, v), shape);
        x = ops.residual(x, ops.swiGlu(ops.linear(a, gate), ops.linear(a, up)));
      }
      return x;
    }
  }

  /// The same rows through the kernels and through libtorch, in chunks that end at the cuts.
  ///
  /// @param compare gets what the kernels and what libtorch made of each chunk
  private void inChunks(
      TwoLayers network,
      TorchGraph graph,
      int[] cuts,
      Sequence mine,
      Sequence theirs,
      BiConsumer<Matrix, Matrix> compare) {
    int most = cuts[cuts.length - 1];
    Matrix cos = random(most, 3);
    Matrix sin = random(most, 3);
    Matrix x = random(most, WIDTH);
    for (int c = 0; c + 1 < cuts.length; c++) {
      int from = cuts[c];
      int to = cuts[c + 1];
      Matrix rows = copy(x.slice(from, to));
      Matrix expected =
          copy(network.forward(kernels.begin(List.of(new Span(mine, to - from)), cos, sin), rows));
      mine.length = to;
      Matrix actual = Matrix.allocate(arena, to - from, WIDTH);
      graph.runCausal(
          copy(x.slice(from, to)), cos.slice(from, to), sin.slice(from, to), theirs, actual, null);
      theirs.length = to;
      compare.accept(expected, actual);
    }
  }

  /// Kernels in float32 and libtorch in bfloat16, both over keys and values in float16, in chunks
  /// that end in, at and behind the ends of blocks.
  @Test
  void promptsInBfloat16StayNearAndShareOneMemory() {
    assumeTrue(HALVES.pays(), "the processor has no bfloat16");
    var network = new TwoLayers();
    var layout = new HalfLayout(2, 2, 6, 2 * KernelOps.lanes(), KernelOps.lanes());
    int most = 3 * layout.rows();
    var mine = new HalfMemory(layout);
    var theirs = new HalfMemory(layout);
    try (TorchGraph graph =
        TorchGraph.compileCausal(
            false, Arithmetic.BFLOAT16, layout, (ops, in) -> network.forward(ops, in))) {
      int[] cuts = {0, 5, 6, layout.rows(), 2 * layout.rows() + 3, most};
      inChunks(
          network,
          graph,
          cuts,
          mine,
          theirs,
          (expected, actual) -> pointsAlike(expected, actual, 0.999));
    }
    for (int i = 0; i < mine.blocks.size(); i++) {
      for (long at = 0; at < layout.bytes(); at += 2) {
        assertEquals(
            half(mine.blocks.get(i), at), half(theirs.blocks.get(i), at), 0.1, i + ": " + at);
      }
    }
  }

  private static float half(MemorySegment block, long at) {
    return Float.float16ToFloat(block.get(ValueLayout.JAVA_SHORT, at));
  }

  @Test
  void decoderOperationsAgreeAndShareOneMemory() {
    var network = new TwoLayers();
    var mine = new Memory(2, 20, 12);
    var theirs = new Memory(2, 20, 12);
    try (TorchGraph graph =
        TorchGraph.compileCausal(
            false, Arithmetic.FLOAT32, null, (ops, in) -> network.forward(ops, in))) {
      inChunks(
          network,
          graph,
          new int[] {0, 5, 6, 11},
          mine,
          theirs,
          (expected, actual) -> near(expected, actual, "rows"));
    }
    for (int i = 0; i < mine.blocks.size(); i++) {
      near(mine.blocks.get(i), theirs.blocks.get(i), "keys and values, block " + i);
    }
  }

  private record Span(KeyValues keyValues, int rows) implements RowSpan {}

  private abstract static class Sequence implements KeyValues {
    private int length;

    @Override
    public int length() {
      return length;
    }
  }

  private final class HalfMemory extends Sequence {
    private final HalfLayout layout;
    private final List<MemorySegment> blocks;

    HalfMemory(HalfLayout layout) {
      this.layout = layout;
      this.blocks = Stream.generate(() -> arena.allocate(layout.bytes(), 64)).limit(3).toList();
    }

    @Override
    public int blockRows() {
      return layout.rows();
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
    public HalfBlocks halves() {
      return new HalfBlocks(layout, blocks);
    }

    @Override
    public List<Matrix> matrices(int count) {
      throw new IllegalStateException("keys and values are float16");
    }
  }

  private final class Memory extends Sequence {
    /// So that the cuts of the test fall into, onto and across the ends of blocks.
    private static final int ROWS = 4;

    private final List<Matrix> blocks;

    Memory(int layers, int capacity, int width) {
      this.blocks =
          Stream.generate(() -> Matrix.allocate(arena, layers * 2 * ROWS, width))
              .limit(capacity / ROWS)
              .toList();
    }

    @Override
    public int blockRows() {
      return ROWS;
    }

    @Override
    public List<Matrix> keys(int layer) {
      return part(2 * layer);
    }

    @Override
    public List<Matrix> values(int layer) {
      return part(2 * layer + 1);
    }

    private List<Matrix> part(int i) {
      return blocks.stream().map(b -> b.slice(i * ROWS, (i + 1) * ROWS)).toList();
    }

    @Override
    public List<Matrix> matrices(int count) {
      return blocks.subList(0, count);
    }
  }
}
