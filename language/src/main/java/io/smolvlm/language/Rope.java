package io.smolvlm.language;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Rotary position tables: `angle[p, j] = p * theta^(-2j / headDim)` for `j < headDim / 2`, the
/// frequencies changed as the configuration's [RopeScaling] says.
///
/// The arithmetic is float32 step by step as in the reference (transformers 5.23
/// `LlamaRotaryEmbedding`), since at position 10,000 a last-bit difference of the frequency moves
/// the angle by a thousandth. Rows are made as positions are first reached.
final class Rope implements AutoCloseable {
  private final int half;
  private final int limit;
  private final float[] frequencies;
  private Arena arena = Arena.ofShared();
  private Matrix cos;
  private Matrix sin;

  Rope(TextConfig config) {
    this.half = config.headDim() / 2;
    this.limit = config.maxPositions();
    this.frequencies = config.ropeScaling().scaled(frequencies(config));
    this.cos = Matrix.allocate(arena, 0, half);
    this.sin = cos;
  }

  /// `theta^(-2j / headDim)`, before any scaling.
  static float[] frequencies(TextConfig config) {
    float[] frequencies = new float[config.headDim() / 2];
    for (int j = 0; j < frequencies.length; j++) {
      float exponent = (float) (2 * j) / config.headDim();
      frequencies[j] = 1f / (float) Math.pow(config.ropeTheta(), exponent);
    }
    return frequencies;
  }

  /// Makes the tables reach at least `positions` rows.
  void reach(int positions) {
    if (positions <= cos.rows()) {
      return;
    }
    int rows =
        Math.clamp(Integer.highestOneBit(positions) * 2L, positions, Math.max(positions, limit));
    Arena larger = Arena.ofShared();
    Matrix newCos = Matrix.allocate(larger, rows, half);
    Matrix newSin = Matrix.allocate(larger, rows, half);
    int known = cos.rows();
    MemorySegment.copy(cos.segment(), 0, newCos.segment(), 0, cos.segment().byteSize());
    MemorySegment.copy(sin.segment(), 0, newSin.segment(), 0, sin.segment().byteSize());
    for (int p = known; p < rows; p++) {
      for (int j = 0; j < half; j++) {
        float angle = p * frequencies[j];
        newCos.set(p, j, (float) Math.cos(angle));
        newSin.set(p, j, (float) Math.sin(angle));
      }
    }
    arena.close();
    arena = larger;
    cos = newCos;
    sin = newSin;
  }

  /// `[positions, headDim / 2]`
  Matrix cos() {
    return cos;
  }

  /// `[positions, headDim / 2]`
  Matrix sin() {
    return sin;
  }

  @Override
  public void close() {
    arena.close();
  }
}
