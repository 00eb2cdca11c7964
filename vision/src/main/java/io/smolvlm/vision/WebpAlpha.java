package io.smolvlm.vision;

import java.awt.image.Raster;
import java.util.Arrays;
import java.util.function.Function;

/// The opacity of a lossy WebP picture: plain bytes, or the green of a lossless picture without a
/// header, each the difference from a guess.
///
/// Source: RFC 9649, section 2.7.1.2.
final class WebpAlpha {
  private static final int LOSSLESS_HEADER_BYTES = 5;

  private final PictureFile file;
  private final int width;
  private final int height;

  WebpAlpha(PictureFile file, int width, int height) {
    this.file = file;
    this.width = width;
    this.height = height;
  }

  /// @param lossless decodes a lossless picture
  /// @return `[height, width]` opacities
  byte[] read(int data, int length, Function<byte[], Raster> lossless) {
    if (length < 1) {
      throw file.corrupt("a WebP with empty transparency");
    }
    int how = file.u8(data);
    byte[] alpha =
        switch (how & 3) {
          case 0 -> plain(data + 1, length - 1);
          case 1 -> green(lossless.apply(withHeader(data + 1, length - 1)));
          default ->
              throw file.corrupt(
                  "a WebP with transparency in the unknown compression " + (how & 3));
        };
    addGuesses(alpha, (how >> 2) & 3);
    return alpha;
  }

  private byte[] plain(int data, int length) {
    if (length < width * height) {
      throw file.corrupt("a WebP whose transparency ends early");
    }
    return Arrays.copyOfRange(file.bytes(), data, data + width * height);
  }

  private byte[] withHeader(int data, int length) {
    byte[] out = new byte[LOSSLESS_HEADER_BYTES + length];
    int sizes = (width - 1) | (height - 1) << 14;
    out[0] = 0x2f;
    for (int i = 0; i < 4; i++) {
      out[1 + i] = (byte) (sizes >>> (8 * i));
    }
    System.arraycopy(file.bytes(), data, out, LOSSLESS_HEADER_BYTES, length);
    return out;
  }

  private byte[] green(Raster raster) {
    byte[] alpha = new byte[width * height];
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      raster.getSamples(0, y, width, 1, 1, row);
      for (int x = 0; x < width; x++) {
        alpha[y * width + x] = (byte) row[x];
      }
    }
    return alpha;
  }

  /// @param filter 0 none, 1 from the left, 2 from above, 3 from both along the gradient
  private void addGuesses(byte[] alpha, int filter) {
    if (filter == 0) {
      return;
    }
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        int left = x > 0 ? alpha[i - 1] & 0xff : 0;
        int above = y > 0 ? alpha[i - width] & 0xff : 0;
        int guess;
        if (y == 0) {
          guess = left;
        } else if (x == 0) {
          guess = above;
        } else if (filter == 3) {
          guess = Math.clamp(left + above - (alpha[i - width - 1] & 0xff), 0, 255);
        } else {
          guess = filter == 1 ? left : above;
        }
        alpha[i] += (byte) guess;
      }
    }
  }
}
