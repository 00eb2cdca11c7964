package io.smolvlm.vision;

/// Laying transparent colours over white.
final class White {
  private White() {}

  /// `round((c * a + 255 * (255 - a)) / 255)`; no ties, since 255 is odd.
  ///
  /// @param c a colour channel, 0 to 255
  /// @param a its opacity, 0 to 255
  static byte over(int c, int a) {
    return (byte) ((c * a + 255 * (255 - a) + 127) / 255);
  }
}
