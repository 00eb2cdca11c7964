package io.smolvlm.vision;

/// A picture as the reference sees it after reading: upright, opaque, 8 bit red, green, blue.
///
/// @param width in pixels, at least 1
/// @param height in pixels, at least 1
/// @param rgb `[height, width, 3]` bytes, row by row; the caller no longer writes to it
@SuppressWarnings("ArrayRecordComponent") // pixels are shared, not compared
public record RgbImage(int width, int height, byte[] rgb) {
  public RgbImage {
    if (width < 1
        || height < 1
        || rgb.length != Math.multiplyExact(Math.multiplyExact(width, height), 3)) {
      throw new IllegalArgumentException(width + " x " + height + " with " + rgb.length + " bytes");
    }
  }
}
