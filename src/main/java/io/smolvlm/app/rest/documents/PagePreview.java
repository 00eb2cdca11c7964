package io.smolvlm.app.rest.documents;

import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.Thumbnails;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/// A drawn page as browsers show it: a PNG, no larger than a screen has use for.
final class PagePreview {
  /// Of the long side, in pixels.
  static final int MOST = 1024;

  private PagePreview() {}

  /// @return a `data:` URI
  static String dataUri(RgbImage page) {
    var file = new ByteArrayOutputStream();
    // A stream of our own: ImageIO would choose one with a temporary file.
    try (var out = new MemoryCacheImageOutputStream(file)) {
      ImageIO.write(Thumbnails.fit(page, MOST).toBufferedImage(), "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // writing to memory
    }
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(file.toByteArray());
  }
}
