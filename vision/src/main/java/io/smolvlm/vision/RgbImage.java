package io.smolvlm.vision;

import java.awt.image.BufferedImage;

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

  /// The picture for Java's own imaging, to be written to a file or shown.
  public BufferedImage toBufferedImage() {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] row = new int[width];
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i += 3) {
        row[x] = (rgb[i] & 0xff) << 16 | (rgb[i + 1] & 0xff) << 8 | (rgb[i + 2] & 0xff);
      }
      image.setRGB(0, y, width, 1, row, 0, width);
    }
    return image;
  }

  /// The opaque sRGB colours of a picture of Java's own imaging.
  public static RgbImage of(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
    int[] row = new int[width];
    for (int y = 0, o = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int pixel : row) {
        rgb[o++] = (byte) (pixel >> 16);
        rgb[o++] = (byte) (pixel >> 8);
        rgb[o++] = (byte) pixel;
      }
    }
    return new RgbImage(width, height, rgb);
  }
}
