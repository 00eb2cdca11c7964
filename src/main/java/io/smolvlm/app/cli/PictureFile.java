package io.smolvlm.app.cli;

import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.document.DocumentReader;
import io.smolvlm.vision.document.PageSelection;
import java.util.List;

/// A file named where pictures are taken, found to be readable.
sealed interface PictureFile {
  /// Pictures in it, at least 1.
  int count();

  /// Its pictures, in order.
  ///
  /// @param longestEdge in pixels of what is drawn for this, as the model takes it
  /// @throws SmolVlmException naming the page that cannot be drawn
  List<RgbImage> images(int longestEdge);

  /// A picture, read.
  record Single(RgbImage image) implements PictureFile {
    @Override
    public int count() {
      return 1;
    }

    @Override
    public List<RgbImage> images(int longestEdge) {
      return List.of(image);
    }
  }

  /// A document: one picture a page, drawn when the model is known.
  ///
  /// @param count of the pages that are wanted
  @SuppressWarnings("ArrayRecordComponent") // bytes are passed on, not compared
  record Document(DocumentReader reader, byte[] bytes, String name, PageSelection pages, int count)
      implements PictureFile {
    @Override
    public List<RgbImage> images(int longestEdge) {
      return reader.read(bytes, name, pages, longestEdge);
    }
  }

  /// The pictures of all files.
  static List<RgbImage> images(List<PictureFile> files, int longestEdge) {
    return files.stream().flatMap(file -> file.images(longestEdge).stream()).toList();
  }
}
