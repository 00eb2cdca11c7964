package io.smolvlm.models.convert;

import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.Weight;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.RowSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Random weights with the spread of trained ones, so that precisions and speeds measured on them
/// mean something: deviation by fan-in, somewhat different from layer to layer and column to
/// column; tails heavier than a normal distribution's; norms near 1; a few channels of the residual
/// stream that are larger than the rest, in the same places in every layer.
///
/// Every row has a generator of its own, seeded by seed, weight, layer and row: the same seed gives
/// the same checkpoint, however the rows are cut into pieces or spread over threads.
final class RandomWeights {
  /// One channel of so many is an outlier.
  private static final int OUTLIER_EVERY = 96;

  private static final float OUTLIER_WRITTEN = 4;
  private static final float OUTLIER_NORM = 2;

  /// Logits get about this deviation, so that the best one stands out as a trained model's does.
  private static final double HEAD_GAIN = 3;

  private final ModelConfig config;
  private final long seed;

  RandomWeights(ModelConfig config, long seed) {
    this.config = config;
    this.seed = seed;
  }

  /// The rows of a weight, as [Weight#shape] says.
  RowSource of(Weight weight, int layer) {
    long[] shape = weight.shape(config);
    int cols = Math.toIntExact(shape[shape.length - 1]);
    long own = mixed(mixed(seed, weight.name().hashCode()), layer + 1L);
    if (shape.length == 1) {
      return (from, to, target) -> fillVector(weight, cols, own, target);
    }
    float[] columns = columns(weight, cols, own);
    return (from, to, target) ->
        IntStream.range(from, to)
            .parallel()
            .forEach(row ->
                fillRow(
                    new SplittableRandom(mixed(own, row + 1L)),
                    columns,
                    rowScale(weight, row),
                    target.asSlice((long) (row - from) * cols * Float.BYTES)));
  }

  private static void fillRow(
      RandomGenerator random, float[] columns, float scale, MemorySegment target) {
    for (int col = 0; col < columns.length; col++) {
      float g = (float) random.nextGaussian();
      // Kurtosis about 4: trained matrices have a few weights beyond five deviations.
      float heavy = g * (0.9f + 0.033f * g * g);
      target.set(
          ValueLayout.JAVA_FLOAT_UNALIGNED, (long) col * Float.BYTES, heavy * columns[col] * scale);
    }
  }

  /// Norms near 1, biases near 0.
  private void fillVector(Weight weight, int size, long own, MemorySegment target) {
    Matrix vector = Matrix.of(target, 1, size);
    var random = new SplittableRandom(own);
    for (int i = 0; i < size; i++) {
      float g = (float) random.nextGaussian();
      boolean outlier = isOutlier(size, i);
      float value =
          switch (weight) {
            case FINAL_NORM,
                ATTENTION_NORM,
                FEED_FORWARD_NORM,
                VISION_NORM1,
                VISION_NORM2,
                VISION_FINAL_NORM ->
                (1 + 0.15f * g) * (outlier ? OUTLIER_NORM : 1);
            default -> 0.05f * g;
          };
      vector.set(0, i, value);
    }
  }

  /// The deviation of each column.
  private float[] columns(Weight weight, int cols, long own) {
    var random = new SplittableRandom(mixed(own, -1));
    double deviation = deviation(weight) * Math.exp(0.15 * random.nextGaussian());
    float[] columns = new float[cols];
    for (int i = 0; i < cols; i++) {
      columns[i] = (float) (deviation * Math.exp(0.2 * random.nextGaussian()));
    }
    return columns;
  }

  /// By fan-in; what is added to the residual stream is smaller the more layers add to it.
  private double deviation(Weight weight) {
    long[] shape = weight.shape(config);
    long fanIn = 1;
    for (int i = 1; i < shape.length; i++) {
      fanIn *= shape[i];
    }
    double plain = 1 / Math.sqrt((double) fanIn);
    return switch (weight) {
      case EMBEDDINGS, HEAD -> HEAD_GAIN * plain;
      case ATTENTION_OUT, DOWN -> plain * 2 / Math.sqrt(2.0 * config.text().layers());
      case VISION_OUT, VISION_DOWN -> plain * 2 / Math.sqrt(2.0 * weight.count(config));
      case POSITIONS -> 0.2;
      default -> plain;
    };
  }

  private float rowScale(Weight weight, int row) {
    return switch (weight) {
      case ATTENTION_OUT, DOWN, VISION_OUT, VISION_DOWN ->
          isOutlier(Math.toIntExact(weight.shape(config)[0]), row) ? OUTLIER_WRITTEN : 1;
      default -> 1;
    };
  }

  /// Whether a channel of a stream of this width is one of the larger ones: the same for all
  /// weights.
  private boolean isOutlier(int width, int channel) {
    return Long.remainderUnsigned(mixed(mixed(seed, width), channel), OUTLIER_EVERY) == 0;
  }

  /// Two numbers to one, each bit depending on all (the finaliser of MurmurHash3).
  private static long mixed(long a, long b) {
    long h = a * 0x9E37_79B9_7F4A_7C15L + b;
    h = (h ^ (h >>> 33)) * 0xFF51_AFD7_ED55_8CCDL;
    h = (h ^ (h >>> 33)) * 0xC4CE_B9FE_1A85_EC53L;
    return h ^ (h >>> 33);
  }
}
