package io.smolvlm.tensor.kernel;

import com.sun.management.ThreadMXBean;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.Bf16Weight;
import io.smolvlm.tensor.ops.FloatWeight;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.LinearWeight;
import io.smolvlm.tensor.ops.PackedWeight;
import io.smolvlm.tensor.ops.PackedWeight.Format;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// Scalar and vector kernels in pairs, in processor time of one thread, so that a busy neighbour
/// changes little: `java --add-modules jdk.incubator.vector -cp <test class path>
/// io.smolvlm.tensor.kernel.KernelBenchmark`.
///
/// The shapes are those of a decoder layer of 135M parameters; its weights fit into the third-level
/// cache. Printed is the least of many runs.
final class KernelBenchmark {
  private static final int WIDTH = 576;
  private static final int WIDE = 1536;
  private static final double SECONDS = 3;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final SplittableRandom random = new SplittableRandom(1);
  private final Arena arena = Arena.ofShared();
  private final Team team = new Team(1);

  private KernelBenchmark() {}

  public static void main(String[] arguments) {
    new KernelBenchmark().run();
  }

  private void run() {
    Matrix weight = random(WIDE, WIDTH);
    for (int rows : new int[] {1, 4, 8}) {
      linear("float32", new FloatWeight(weight), 4L * WIDE * WIDTH, rows);
      var halves = new Bf16Weight(arena.allocate(2L * WIDE * WIDTH), WIDE, WIDTH);
      linear("bfloat16", halves, halves.data().byteSize(), rows);
      for (Format format : Format.values()) {
        PackedWeight packed = new Packer(team).pack(format, weight, arena);
        linear(format.toString().toLowerCase(Locale.ROOT), packed, packed.data().byteSize(), rows);
      }
    }
    attention(1200);
    Matrix x = random(1, WIDTH);
    Matrix norm = random(1, WIDTH);
    Matrix y = Matrix.allocate(arena, 1, WIDTH);
    pair("rmsNorm", 4L * WIDTH, k -> k.rmsNorm(x, norm, 1e-5f, y, 0, 1));
    Matrix gate = random(1, WIDE);
    Matrix up = random(1, WIDE);
    pair("swiGlu", 8L * WIDE, k -> k.swiGlu(gate, up, 0, WIDE));
  }

  /// Nine heads of one row over keys and values of three heads, in blocks of 64 positions and for
  /// so many layers in turn that they come from memory.
  private void attention(int count) {
    int layers = 30;
    List<List<Matrix>> memory = new ArrayList<>();
    for (int i = 0; i < 2 * layers; i++) {
      List<Matrix> blocks = new ArrayList<>();
      for (int at = 0; at < count; at += 64) {
        blocks.add(random(64, 192));
      }
      memory.add(blocks);
    }
    Matrix q = random(1, WIDTH);
    Matrix out = Matrix.allocate(arena, 1, WIDTH);
    Matrix scores = Matrix.allocate(arena, 3, count + 1);
    pair(
        "attention over " + count,
        2L * layers * count * 192 * 4,
        kernels -> {
          for (int layer = 0; layer < layers; layer++) {
            for (int head = 0; head < 9; head += 3) {
              kernels.attend(
                  q,
                  0,
                  head * 64,
                  3,
                  memory.get(2 * layer),
                  memory.get(2 * layer + 1),
                  head / 3 * 64,
                  64,
                  count,
                  0.125f,
                  null,
                  scores,
                  0,
                  out);
            }
          }
        });
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

  private void linear(String name, LinearWeight weight, long bytes, int rows) {
    Matrix x = random(rows, WIDTH);
    Matrix y = Matrix.allocate(arena, rows, WIDE);
    var linear = new Linear(name, weight, null);
    String what = "linear " + name + ", " + rows + " rows";
    switch (weight) {
      case FloatWeight w -> pair(what, bytes, k -> k.linear(x, w.matrix(), null, y, 0, WIDE));
      case Bf16Weight w -> {
        Matrix widened = Matrix.allocate(arena, Kernels.WIDENED, WIDTH);
        pair(what, bytes, k -> k.linear(x, w, null, y, widened, 0, 0, WIDE));
      }
      case PackedWeight w -> {
        var scalar = new PackedLinear(new ScalarPackedKernels(), team);
        var vector = new PackedLinear(new VectorPackedKernels(), team);
        print(
            what,
            bytes,
            time(() -> {
              scalar.forget();
              scalar.run(x, linear, w, y);
            }),
            time(() -> {
              vector.forget();
              vector.run(x, linear, w, y);
            }));
      }
    }
  }

  private interface Kernel {
    void run(Kernels kernels);
  }

  private void pair(String what, long bytes, Kernel kernel) {
    var scalar = new ScalarKernels();
    var vector = new VectorKernels();
    print(what, bytes, time(() -> kernel.run(scalar)), time(() -> kernel.run(vector)));
  }

  /// Least processor time of a run, in microseconds.
  private double time(Runnable work) {
    double best = Double.POSITIVE_INFINITY;
    long began = threads.getCurrentThreadCpuTime();
    while (threads.getCurrentThreadCpuTime() - began < SECONDS * 1e9) {
      long before = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < 10; i++) {
        work.run();
      }
      best = Math.min(best, (threads.getCurrentThreadCpuTime() - before) / 1e4);
    }
    return best;
  }

  private static void print(String what, long bytes, double scalar, double vector) {
    System.out.printf(
        Locale.ROOT,
        "%-24s scalar %9.1f us, vector %8.1f us, %5.1f GB/s, ratio %.1f%n",
        what,
        scalar,
        vector,
        bytes / vector / 1e3,
        scalar / vector);
  }
}
