package io.smolvlm.models.convert;

import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.VisionConfig;

/// The encoders of the family, with the connector's folding and the pictures' preparation that go
/// with each.
@SuppressWarnings("ImmutableEnumChecker") // a record of numbers
enum VisionKind {
  /// SigLIP B/16 at 512 pixels: 64 image tokens a tile.
  B16_512(768, 3072, 12, 12, 512, 16, 4),
  /// SigLIP SO400M/14 at 384 pixels: 81 image tokens a tile.
  SO400M_384(1152, 4304, 27, 16, 384, 14, 3),
  /// SigLIP SO400M/14 at 364 pixels, of Idefics3: 169 image tokens a tile.
  SO400M_364(1152, 4304, 27, 16, 364, 14, 2);

  private static final int TILES_ON_LONGEST_EDGE = 4;
  private static final int LANCZOS = 1;

  private final VisionConfig encoder;

  VisionKind(int hidden, int intermediate, int layers, int heads, int image, int patch, int scale) {
    this.encoder =
        new VisionConfig(hidden, intermediate, layers, heads, image, patch, 3, 1e-6f, scale);
  }

  VisionConfig encoder() {
    return encoder;
  }

  ImageProcessorConfig processor() {
    float[] half = {0.5f, 0.5f, 0.5f};
    return new ImageProcessorConfig(
        encoder.imageSize(),
        TILES_ON_LONGEST_EDGE * encoder.imageSize(),
        true,
        true,
        LANCZOS,
        true,
        1.0 / 255,
        true,
        half,
        half.clone(),
        true);
  }
}
