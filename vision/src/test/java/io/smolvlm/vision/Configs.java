package io.smolvlm.vision;

/// Configurations for tests, otherwise as released checkpoints have them.
final class Configs {
  private static final float[] HALF = {0.5f, 0.5f, 0.5f};

  private Configs() {}

  static ImageProcessorConfig of(int tile, int longestEdge) {
    return new ImageProcessorConfig(
        tile, longestEdge, true, true, 1, true, 1.0 / 255, true, HALF, HALF, true);
  }

  static ImageProcessorConfig withoutResize(int tile) {
    return new ImageProcessorConfig(
        tile, tile, false, true, 1, true, 1.0 / 255, true, HALF, HALF, true);
  }
}
