package io.smolvlm.vision;

import java.awt.image.BufferedImage;
import org.imgscalr.Scalr;

/// Small versions of pictures for people to look at, by imgscalr. Not what a model sees: that is
/// [ImageProcessor].
public final class Thumbnails {
  private Thumbnails() {}

  /// A picture of the same shape whose long side is at most `side` pixels; never enlarged.
  ///
  /// @param side at least 1
  public static RgbImage fit(RgbImage image, int side) {
    if (side < 1) {
      throw new IllegalArgumentException("no thumbnail of " + side + " pixels");
    }
    if (image.width() <= side && image.height() <= side) {
      return image;
    }
    int width = image.width();
    int height = image.height();
    boolean wide = width >= height;
    int newWidth = wide ? side : Math.max(1, Math.round((float) side * width / height));
    int newHeight = wide ? Math.max(1, Math.round((float) side * height / width)) : side;
    BufferedImage scaled =
        Scalr.resize(
            image.toBufferedImage(),
            Scalr.Method.QUALITY,
            Scalr.Mode.FIT_EXACT,
            newWidth,
            newHeight);
    return RgbImage.of(scaled);
  }
}
