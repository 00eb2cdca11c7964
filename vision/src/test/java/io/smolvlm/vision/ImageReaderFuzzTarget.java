package io.smolvlm.vision;

import io.smolvlm.tensor.SmolVlmException;

/// Bytes as a picture file of any format.
public final class ImageReaderFuzzTarget {
  /// Small, so that a run is spent on parsing and not on painting.
  private static final ImageLimits LIMITS =
      new ImageLimits(1 << 20, 1 << 20, 4096, 1 << 16, 50, 1 << 24);

  private ImageReaderFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try {
      new ImageReader(LIMITS, ImageReader.Grey16.SCALED).read(data, "fuzz");
    } catch (SmolVlmException refused) {
      // The one way to refuse.
    }
  }
}
