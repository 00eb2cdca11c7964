package io.smolvlm.vision;

import java.util.Arrays;
import java.util.List;

/// All frames of a WebP animation, drawn one over the other on a white canvas. Since laying over is
/// associative, the canvas need not keep its transparency.
///
/// Source: RFC 9649, section 2.7.1.1.
final class WebpAnimation implements Animation {
  private final WebpPicture picture;
  private final List<WebpPicture.Motion> motions;
  private final byte[] canvas;
  private int shown;

  /// Walks the whole file and decodes none of its pixels.
  WebpAnimation(PictureFile file) {
    this.picture = new WebpPicture(file);
    this.motions = picture.motions();
    if (motions.isEmpty()) {
      throw file.unsupported("is a WebP of one picture, not an animation");
    }
    this.canvas = new byte[picture.width() * picture.height() * 3];
    Arrays.fill(canvas, (byte) 255);
  }

  @Override
  public int frames() {
    return motions.size();
  }

  @Override
  public int width() {
    return picture.width();
  }

  @Override
  public int height() {
    return picture.height();
  }

  @Override
  public long millis() {
    return motions.stream().mapToLong(WebpPicture.Motion::millis).sum();
  }

  @Override
  public byte[] next() {
    if (shown > 0 && motions.get(shown - 1).cleared()) {
      picture.clear(motions.get(shown - 1), canvas);
    }
    picture.show(motions.get(shown++), canvas);
    return canvas;
  }
}
