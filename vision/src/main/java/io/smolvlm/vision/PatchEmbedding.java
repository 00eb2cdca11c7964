package io.smolvlm.vision;

import io.smolvlm.tensor.Matrix;

/// Cuts a tile into the rows that the patch embedding takes, and finds each patch's position.
final class PatchEmbedding {
  private final VisionConfig config;

  PatchEmbedding(VisionConfig config) {
    this.config = config;
  }

  /// A tile's pixels as patch rows: patches row by row, each channel by channel, row by row, as the
  /// convolution's weight is laid out.
  ///
  /// @param pixels `[channels, side, side]`, normalised
  /// @param patches `[patches, channels * patch * patch]`, written
  void unfold(Matrix pixels, Matrix patches) {
    int side = config.imageSize();
    int patch = config.patchSize();
    int across = config.patchesPerSide();
    Matrix lines = pixels.reshape(config.channels() * side, side);
    for (int p = 0; p < config.patches(); p++) {
      int top = p / across * patch;
      int left = p % across * patch;
      for (int c = 0; c < config.channels(); c++) {
        for (int y = 0; y < patch; y++) {
          long from = 4L * ((long) (c * side + top + y) * side + left);
          long to = 4L * ((long) p * patches.cols() + (long) (c * patch + y) * patch);
          patches
              .segment()
              .asSlice(to, 4L * patch)
              .copyFrom(lines.segment().asSlice(from, 4L * patch));
        }
      }
    }
  }

  /// Position of row `i` of `valid` patch rows in a grid of `across`: `floor(i * across / valid)`.
  /// The reference buckets fractional coordinates; for every size this is the same (checked by the
  /// fixtures).
  static int bucket(int i, int valid, int across) {
    return i * across / valid;
  }

  /// The position embeddings of a tile of which `validRows x validCols` patches are of the picture.
  /// The others take position 0.
  ///
  /// @param table `[patches, hidden]`
  /// @param positions `[patches, hidden]`, written
  void positions(Matrix table, int validRows, int validCols, Matrix positions) {
    int across = config.patchesPerSide();
    for (int p = 0; p < config.patches(); p++) {
      int row = p / across;
      int col = p % across;
      int id =
          row < validRows && col < validCols
              ? bucket(row, validRows, across) * across + bucket(col, validCols, across)
              : 0;
      positions.slice(p, p + 1).copyFrom(table.slice(id, id + 1));
    }
  }
}
