package io.smolvlm.vision;

/// From the coefficients of VP8 to differences of pixels, in the integers of the specification.
///
/// Source: RFC 6386, sections 14.3 and 14.4.
final class Vp8Transform {
  private final int[] half = new int[16];

  /// Spreads the averages of the 16 luma blocks: the first coefficient of block `i` is written to
  /// `out[16 * i]`.
  void averages(int[] in, int[] out) {
    for (int i = 0; i < 4; i++) {
      int a0 = in[i] + in[12 + i];
      int a1 = in[4 + i] + in[8 + i];
      int a2 = in[4 + i] - in[8 + i];
      int a3 = in[i] - in[12 + i];
      half[i] = a0 + a1;
      half[8 + i] = a0 - a1;
      half[4 + i] = a3 + a2;
      half[12 + i] = a3 - a2;
    }
    for (int i = 0; i < 4; i++) {
      int first = half[4 * i] + 3;
      int a0 = first + half[4 * i + 3];
      int a1 = half[4 * i + 1] + half[4 * i + 2];
      int a2 = half[4 * i + 1] - half[4 * i + 2];
      int a3 = first - half[4 * i + 3];
      out[64 * i] = (a0 + a1) >> 3;
      out[64 * i + 16] = (a3 + a2) >> 3;
      out[64 * i + 32] = (a0 - a1) >> 3;
      out[64 * i + 48] = (a3 - a2) >> 3;
    }
  }

  /// Adds a block's differences to its guess.
  void add(int[] in, int from, byte[] pixels, int at, int stride) {
    for (int i = 0; i < 4; i++) {
      int a = in[from + i] + in[from + 8 + i];
      int b = in[from + i] - in[from + 8 + i];
      int c = sine(in[from + 4 + i]) - cosine(in[from + 12 + i]);
      int d = cosine(in[from + 4 + i]) + sine(in[from + 12 + i]);
      half[4 * i] = a + d;
      half[4 * i + 1] = b + c;
      half[4 * i + 2] = b - c;
      half[4 * i + 3] = a - d;
    }
    for (int y = 0; y < 4; y++) {
      int first = half[y] + 4;
      int a = first + half[8 + y];
      int b = first - half[8 + y];
      int c = sine(half[4 + y]) - cosine(half[12 + y]);
      int d = cosine(half[4 + y]) + sine(half[12 + y]);
      int o = at + y * stride;
      pixels[o] = sum(pixels[o], a + d);
      pixels[o + 1] = sum(pixels[o + 1], b + c);
      pixels[o + 2] = sum(pixels[o + 2], b - c);
      pixels[o + 3] = sum(pixels[o + 3], a - d);
    }
  }

  private static byte sum(byte guess, int difference) {
    return (byte) Math.clamp((guess & 0xff) + (difference >> 3), 0, 255);
  }

  /// `sqrt(2) * cos(pi / 8)` times a number.
  private static int cosine(int value) {
    return ((value * 20091) >> 16) + value;
  }

  /// `sqrt(2) * sin(pi / 8)` times a number.
  private static int sine(int value) {
    return (value * 35468) >> 16;
  }
}
