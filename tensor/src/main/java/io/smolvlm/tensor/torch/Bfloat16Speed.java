package io.smolvlm.tensor.torch;

import ai.djl.engine.EngineException;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.FloatWeight;
import io.smolvlm.tensor.ops.Linear;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.util.List;

/// How long libtorch takes here for one linear layer of many rows, in float32 and in bfloat16.
///
/// Processors have instructions for bfloat16 or not; where they do not it is emulated, ten times as
/// slow as float32, or refused. It is measured, not looked up: what counts is what the library
/// makes of it.
///
/// @param float32Millis the least of some times
/// @param bfloat16Millis likewise; infinite where the library refuses
public record Bfloat16Speed(double float32Millis, double bfloat16Millis) {
  private static final Logger LOG = System.getLogger(Bfloat16Speed.class.getName());

  /// The shape of a layer of the 256M's encoder, a quarter of its rows.
  private static final int ROWS = 256;

  private static final int WIDTH = 768;
  private static final int TIMES = 4;

  /// The gain from which on rounding is worth it.
  private static final double WORTH = 1.3;

  /// Whether bfloat16 is enough faster.
  public boolean pays() {
    return float32Millis > WORTH * bfloat16Millis;
  }

  /// Whether the library computes in bfloat16 at all.
  public boolean possible() {
    return Double.isFinite(bfloat16Millis);
  }

  /// Measures; takes some tens of milliseconds once the library is loaded.
  public static Bfloat16Speed measure() {
    try (Arena arena = Arena.ofShared()) {
      Matrix x = Matrix.allocate(arena, ROWS, WIDTH);
      Matrix y = Matrix.allocate(arena, ROWS, WIDTH);
      var layer =
          new Linear("measured", new FloatWeight(Matrix.allocate(arena, WIDTH, WIDTH)), null);
      return new Bfloat16Speed(
          least(Arithmetic.FLOAT32, x, layer, y), leastIfPossible(x, layer, y));
    }
  }

  private static double leastIfPossible(Matrix x, Linear layer, Matrix y) {
    try {
      return least(Arithmetic.BFLOAT16, x, layer, y);
    } catch (EngineException e) {
      LOG.log(Level.DEBUG, "no bfloat16 here: {0}", e.getMessage());
      return Double.POSITIVE_INFINITY;
    }
  }

  private static double least(Arithmetic arithmetic, Matrix x, Linear layer, Matrix y) {
    try (TorchGraph graph =
        TorchGraph.compile(
            List.of("x"), false, arithmetic, (ops, in) -> ops.linear(in.getFirst(), layer))) {
      double least = Double.MAX_VALUE;
      for (int i = 0; i < TIMES; i++) {
        long began = System.nanoTime();
        graph.run(List.of(x), y, null);
        least = Math.min(least, (System.nanoTime() - began) / 1e6);
      }
      return least;
    }
  }
}
