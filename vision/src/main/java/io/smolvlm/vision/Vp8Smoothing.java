package io.smolvlm.vision;

/// Smooths the edges between blocks of a VP8 frame, where the step looks like one of coding.
///
/// Source: RFC 6386, section 15; the order of edges and the limits as in libwebp.
final class Vp8Smoothing {
  private final byte[] pixels;
  private int limit;
  private int inner;
  private int steep;

  Vp8Smoothing(byte[] pixels) {
    this.pixels = pixels;
  }

  /// Sets how different pixels may be to be smoothed still.
  ///
  /// @param limit over the edge
  /// @param inner between neighbours on one side
  /// @param steep above which only the two pixels at the edge are changed
  void limits(int limit, int inner, int steep) {
    this.limit = limit;
    this.inner = inner;
    this.steep = steep;
  }

  /// The simple filter.
  ///
  /// @param across step over the edge
  /// @param along step to the next place on the edge
  /// @param length of the edge
  void simple(int at, int across, int along, int length, int edgeLimit) {
    int threshold = 2 * edgeLimit + 1;
    for (int i = 0, p = at; i < length; i++, p += along) {
      if (step(p, across) <= threshold) {
        two(p, across);
      }
    }
  }

  /// The edge of a macroblock.
  void outer(int at, int across, int along, int length) {
    int threshold = 2 * (limit + 4) + 1;
    for (int i = 0, p = at; i < length; i++, p += along) {
      if (smooth(p, across, threshold)) {
        if (isSteep(p, across)) {
          two(p, across);
        } else {
          six(p, across);
        }
      }
    }
  }

  /// An edge inside a macroblock.
  void inner(int at, int across, int along, int length) {
    int threshold = 2 * limit + 1;
    for (int i = 0, p = at; i < length; i++, p += along) {
      if (smooth(p, across, threshold)) {
        if (isSteep(p, across)) {
          two(p, across);
        } else {
          four(p, across);
        }
      }
    }
  }

  private int at(int i) {
    return pixels[i] & 0xff;
  }

  private int difference(int i, int j) {
    return Math.abs(at(i) - at(j));
  }

  private int step(int p, int s) {
    return 4 * difference(p - s, p) + difference(p - 2 * s, p + s);
  }

  private boolean smooth(int p, int s, int threshold) {
    return step(p, s) <= threshold
        && difference(p - 4 * s, p - 3 * s) <= inner
        && difference(p - 3 * s, p - 2 * s) <= inner
        && difference(p - 2 * s, p - s) <= inner
        && difference(p + 3 * s, p + 2 * s) <= inner
        && difference(p + 2 * s, p + s) <= inner
        && difference(p + s, p) <= inner;
  }

  private boolean isSteep(int p, int s) {
    return difference(p - 2 * s, p - s) > steep || difference(p + s, p) > steep;
  }

  private void two(int p, int s) {
    int a = 3 * (at(p) - at(p - s)) + Math.clamp(at(p - 2 * s) - at(p + s), -128, 127);
    change(p - s, small(a + 3));
    change(p, -small(a + 4));
  }

  private void four(int p, int s) {
    int a = 3 * (at(p) - at(p - s));
    int a1 = small(a + 4);
    int a2 = small(a + 3);
    int a3 = (a1 + 1) >> 1;
    change(p - 2 * s, a3);
    change(p - s, a2);
    change(p, -a1);
    change(p + s, -a3);
  }

  private void six(int p, int s) {
    int a =
        Math.clamp(
            3 * (at(p) - at(p - s)) + Math.clamp(at(p - 2 * s) - at(p + s), -128, 127), -128, 127);
    int a1 = (27 * a + 63) >> 7;
    int a2 = (18 * a + 63) >> 7;
    int a3 = (9 * a + 63) >> 7;
    change(p - 3 * s, a3);
    change(p - 2 * s, a2);
    change(p - s, a1);
    change(p, -a1);
    change(p + s, -a2);
    change(p + 2 * s, -a3);
  }

  private static int small(int value) {
    return Math.clamp(value >> 3, -16, 15);
  }

  private void change(int i, int by) {
    pixels[i] = (byte) Math.clamp(at(i) + by, 0, 255);
  }
}
