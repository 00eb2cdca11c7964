package io.smolvlm.models;

import com.sun.management.OperatingSystemMXBean;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.Norm;
import io.smolvlm.vision.VisionConfig;
import io.smolvlm.vision.VisionTower;
import io.smolvlm.vision.VisionTower.Executor;
import io.smolvlm.vision.VisionWeights;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// One tile of the 256M member's shape with random weights, libtorch in float32 and in 8 bits by
/// turns: processor time of the process, wall time, and the cosine of the image tokens. `java
/// --add-modules jdk.incubator.vector -cp <test class path> io.smolvlm.models.EncoderBenchmark`.
///
/// One input channel of a hundred is ten times as large after each norm, as in trained encoders.
final class EncoderBenchmark {
  private static final VisionConfig CONFIG =
      new VisionConfig(768, 3072, 12, 12, 512, 16, 3, 1e-6f, 4);
  private static final int TEXT_WIDTH = 576;
  private static final int ROUNDS = 3;

  private static final Arena ARENA = Arena.ofShared();
  private static final SplittableRandom RANDOM = new SplittableRandom(1);

  private EncoderBenchmark() {}

  public static void main(String[] arguments) {
    VisionWeights weights = weights();
    Matrix pixels = random(3, 512 * 512, 0.5);
    Matrix exact = Matrix.allocate(ARENA, CONFIG.tokensPerTile(), TEXT_WIDTH);
    Matrix int8 = Matrix.allocate(ARENA, CONFIG.tokensPerTile(), TEXT_WIDTH);
    try (Team team = new Team(1);
        var floats = new VisionTower(CONFIG, weights, team, Executor.TORCH);
        var bytes = new VisionTower(CONFIG, weights, team, Executor.TORCH_INT8)) {
      double[] best = {1e9, 1e9, 1e9, 1e9};
      for (int round = 0; round < ROUNDS; round++) {
        time(() -> floats.encode(pixels, exact), best, 0);
        time(() -> bytes.encode(pixels, int8), best, 2);
      }
      System.out.printf(
          Locale.ROOT,
          "float32 %.0f ms processor, %.0f ms wall; int8 %.0f ms processor, %.0f ms wall; least"
              + " cosine %.5f%n",
          best[0],
          best[1],
          best[2],
          best[3],
          leastCosine(exact, int8));
    }
  }

  private static void time(Runnable work, double[] best, int at) {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long wall = System.nanoTime();
    work.run();
    best[at] = Math.min(best[at], (system.getProcessCpuTime() - cpu) / 1e6);
    best[at + 1] = Math.min(best[at + 1], (System.nanoTime() - wall) / 1e6);
  }

  private static double leastCosine(Matrix a, Matrix b) {
    double least = 1;
    for (int r = 0; r < a.rows(); r++) {
      double ab = 0;
      double aa = 0;
      double bb = 0;
      for (int c = 0; c < a.cols(); c++) {
        ab += (double) a.get(r, c) * b.get(r, c);
        aa += (double) a.get(r, c) * a.get(r, c);
        bb += (double) b.get(r, c) * b.get(r, c);
      }
      least = Math.min(least, ab / Math.sqrt(aa * bb));
    }
    return least;
  }

  private static VisionWeights weights() {
    List<VisionWeights.Layer> layers = new ArrayList<>();
    for (int i = 0; i < CONFIG.layers(); i++) {
      layers.add(
          new VisionWeights.Layer(
              norm(),
              linear(768, 768),
              linear(768, 768),
              linear(768, 768),
              linear(768, 768),
              norm(),
              linear(3072, 768),
              linear(768, 3072)));
    }
    return new VisionWeights(
        linear(768, 768),
        random(CONFIG.patches(), 768, 0.1),
        layers,
        norm(),
        new Linear("connector", random(TEXT_WIDTH, 768 * 16, 1 / Math.sqrt(768 * 16)), null));
  }

  private static Linear linear(int out, int in) {
    return new Linear("linear", random(out, in, 1 / Math.sqrt(in)), random(1, out, 0.02));
  }

  private static Norm norm() {
    Matrix weight = random(1, 768, 0.1);
    for (int c = 0; c < 768; c++) {
      weight.set(0, c, (1 + weight.get(0, c)) * (c % 100 == 7 ? 10 : 1));
    }
    return new Norm("norm", weight, random(1, 768, 0.02), 1e-6f);
  }

  private static Matrix random(int rows, int cols, double deviation) {
    Matrix m = Matrix.allocate(ARENA, rows, cols);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        m.set(r, c, (float) (RANDOM.nextGaussian() * deviation));
      }
    }
    return m;
  }
}
