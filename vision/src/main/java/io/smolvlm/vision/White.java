package io.smolvlm.vision;

/// Laying transparent colours over white, or over what lies on it.
final class White {
  private White() {}

  /// `round((c * a + 255 * (255 - a)) / 255)`; no ties, since 255 is odd.
  ///
  /// @param c a colour channel, 0 to 255
  /// @param a its opacity, 0 to 255
  static byte over(int c, int a) {
    return over(c, a, (byte) 255);
  }

  /// The same over another colour.
  static byte over(int c, int a, byte below) {
    return (byte) ((c * a + (below & 0xff) * (255 - a) + 127) / 255);
  }
}
