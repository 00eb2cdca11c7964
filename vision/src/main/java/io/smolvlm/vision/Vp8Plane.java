package io.smolvlm.vision;

import java.util.Arrays;

/// One colour plane of a VP8 frame in whole macroblocks, with the border that predictions start
/// from: 127 above, 129 to the left.
final class Vp8Plane {
  /// Room behind a row for the four pixels up and to the right of the last block.
  private static final int RIGHT_BORDER = 4;

  private final int stride;
  private final byte[] pixels;

  Vp8Plane(int width, int height) {
    this.stride = width + 1 + RIGHT_BORDER;
    this.pixels = new byte[Math.multiplyExact(stride, height + 1)];
    Arrays.fill(pixels, 0, stride, (byte) 127);
    for (int y = 0; y < height; y++) {
      pixels[at(-1, y)] = (byte) 129;
    }
  }

  byte[] pixels() {
    return pixels;
  }

  int stride() {
    return stride;
  }

  /// Index of a pixel; -1 stands for the borders.
  int at(int x, int y) {
    return (y + 1) * stride + x + 1;
  }
}
