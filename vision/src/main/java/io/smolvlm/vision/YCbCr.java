package io.smolvlm.vision;

/// From luminance and two colour differences to red, green, blue in 16-bit fixed point, to the bit
/// as libjpeg rounds.
///
/// Source: libjpeg 6b `jdcolor.c`.
final class YCbCr {
  private static final int HALF = 1 << 15;

  private final int[] crToRed = new int[256];
  private final int[] cbToBlue = new int[256];
  private final int[] crToGreen = new int[256];
  private final int[] cbToGreen = new int[256];

  YCbCr() {
    for (int i = 0; i < 256; i++) {
      int x = i - 128;
      crToRed[i] = (fixed(1.402) * x + HALF) >> 16;
      cbToBlue[i] = (fixed(1.772) * x + HALF) >> 16;
      crToGreen[i] = -fixed(0.71414) * x;
      cbToGreen[i] = -fixed(0.34414) * x + HALF;
    }
  }

  private static int fixed(double value) {
    return (int) (value * 65536 + 0.5);
  }

  /// Converts the first three samples of each pixel in place.
  ///
  /// @param stride samples of a pixel
  void toRgb(byte[] samples, int stride) {
    for (int i = 0; i + 2 < samples.length; i += stride) {
      int y = samples[i] & 0xff;
      int cb = samples[i + 1] & 0xff;
      int cr = samples[i + 2] & 0xff;
      samples[i] = clip(y + crToRed[cr]);
      samples[i + 1] = clip(y + ((cbToGreen[cb] + crToGreen[cr]) >> 16));
      samples[i + 2] = clip(y + cbToBlue[cb]);
    }
  }

  private static byte clip(int value) {
    return (byte) Math.clamp(value, 0, 255);
  }
}
