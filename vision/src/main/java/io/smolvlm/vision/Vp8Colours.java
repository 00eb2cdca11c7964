package io.smolvlm.vision;

/// From the planes of a VP8 frame to red, green, blue, to the byte as libwebp does: colour
/// differences are interpolated between their four nearest places, 9 : 3 : 3 : 1.
///
/// Source: libwebp 1.5 `upsampling.c`, `yuv.h`.
final class Vp8Colours {
  private final Vp8Plane luma;
  private final Vp8Plane blueness;
  private final Vp8Plane redness;
  private final int width;
  private final int height;

  Vp8Colours(Vp8Plane luma, Vp8Plane blueness, Vp8Plane redness, int width, int height) {
    this.luma = luma;
    this.blueness = blueness;
    this.redness = redness;
    this.width = width;
    this.height = height;
  }

  byte[] toRgb() {
    byte[] rgb = new byte[width * height * 3];
    int[] blue = new int[width];
    int[] red = new int[width];
    int chromaRows = (height + 1) / 2;
    int o = 0;
    for (int y = 0; y < height; y++) {
      int near = y / 2;
      int far = Math.clamp((y & 1) == 0 ? near - 1 : near + 1, 0, chromaRows - 1);
      interpolate(blueness, near, far, blue);
      interpolate(redness, near, far, red);
      int i = luma.at(0, y);
      for (int x = 0; x < width; x++) {
        int light = (19077 * (luma.pixels()[i + x] & 0xff)) >> 8;
        rgb[o++] = clip(light + ((26149 * red[x]) >> 8) - 14234);
        rgb[o++] = clip(light - ((6419 * blue[x]) >> 8) - ((13320 * red[x]) >> 8) + 8708);
        rgb[o++] = clip(light + ((33050 * blue[x]) >> 8) - 17685);
      }
    }
    return rgb;
  }

  private void interpolate(Vp8Plane plane, int nearRow, int farRow, int[] out) {
    byte[] pixels = plane.pixels();
    int near = plane.at(0, nearRow);
    int far = plane.at(0, farRow);
    int n0 = pixels[near] & 0xff;
    int f0 = pixels[far] & 0xff;
    out[0] = (3 * n0 + f0 + 2) >> 2;
    int pairs = (width - 1) / 2;
    for (int x = 1; x <= pairs; x++) {
      int n1 = pixels[near + x] & 0xff;
      int f1 = pixels[far + x] & 0xff;
      int all = n0 + n1 + f0 + f1 + 8;
      out[2 * x - 1] = (((all + 2 * (n1 + f0)) >> 3) + n0) >> 1;
      out[2 * x] = (((all + 2 * (n0 + f1)) >> 3) + n1) >> 1;
      n0 = n1;
      f0 = f1;
    }
    if ((width & 1) == 0) {
      out[width - 1] = (3 * n0 + f0 + 2) >> 2;
    }
  }

  private static byte clip(int value) {
    return (byte) Math.clamp(value >> 6, 0, 255);
  }
}
