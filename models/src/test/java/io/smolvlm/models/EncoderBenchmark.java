package io.smolvlm.models;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.Norm;
import io.smolvlm.tensor.torch.Arithmetic;
import io.smolvlm.vision.VisionConfig;
import io.smolvlm.vision.VisionTower;
import io.smolvlm.vision.VisionWeights;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/// One tile of the 256M member's shape with random weights, in every [Arithmetic] of libtorch by
/// turns: wall time, and the least cosine of the image tokens with those of float32. `java
/// --add-modules jdk.incubator.vector -cp <test class path> io.smolvlm.models.EncoderBenchmark`.
///
/// One input channel of a hundred is ten times as large after each norm, as in trained encoders.
final class EncoderBenchmark {
  private static final VisionConfig CONFIG =
      new VisionConfig(768, 3072, 12, 12, 512, 16, 3, 1e-6f, 4);
  private static final int TEXT_WIDTH = 576;
  private static final int ROUNDS = 6;

  private static final Arena ARENA = Arena.ofShared();
  private static final SplittableRandom RANDOM = new SplittableRandom(1);

  private EncoderBenchmark() {}

  public static void main(String[] arguments) {
    VisionWeights weights = weights();
    Matrix pixels = random(3, 512 * 512, 0.5);
    try (Team team = new Team(Runtime.getRuntime().availableProcessors())) {
      Map<Arithmetic, VisionTower> towers = new EnumMap<>(Arithmetic.class);
      Map<Arithmetic, Matrix> tokens = new EnumMap<>(Arithmetic.class);
      Map<Arithmetic, Double> best = new EnumMap<>(Arithmetic.class);
      for (Arithmetic a : Arithmetic.values()) {
        towers.put(a, new VisionTower(CONFIG, weights, team, a));
        tokens.put(a, Matrix.allocate(ARENA, CONFIG.tokensPerTile(), TEXT_WIDTH));
      }
      for (int round = 0; round < ROUNDS; round++) {
        towers.forEach((a, tower) -> {
          long began = System.nanoTime();
          tower.encode(pixels, tokens.get(a));
          best.merge(a, (System.nanoTime() - began) / 1e6, Math::min);
        });
      }
      best.forEach((a, millis) ->
          System.out.printf(
              Locale.ROOT,
              "%-13s %5.0f ms, least cosine %.5f%n",
              a,
              millis,
              leastCosine(tokens.get(Arithmetic.FLOAT32), tokens.get(a))));
      towers.values().forEach(VisionTower::close);
    }
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
