package io.smolvlm.vision;

/// From inks to light without a colour profile, rounded as Pillow 13 does (`Convert.c`,
/// `cmyk2rgb`).
final class Cmyk {
  private Cmyk() {}

  /// @param c ink, 0 none to 255 full; likewise `m`, `y`, `k`
  static void toRgb(int c, int m, int y, int k, byte[] rgb, int to) {
    int light = 255 - k;
    rgb[to] = (byte) (light - share(c, light));
    rgb[to + 1] = (byte) (light - share(m, light));
    rgb[to + 2] = (byte) (light - share(y, light));
  }

  /// `round(a * b / 255)`.
  private static int share(int a, int b) {
    int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
  }
}
