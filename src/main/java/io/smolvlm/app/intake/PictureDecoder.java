package io.smolvlm.app.intake;

import io.smolvlm.vision.RgbImage;
import java.util.List;
import java.util.function.BooleanSupplier;

/// From the bytes of a picture or document to pixels.
interface PictureDecoder extends AutoCloseable {
  /// @param file not empty, not over the cap on bytes; not written to
  /// @throws IntakeException if it is no picture that is read here
  RgbImage decode(byte[] file);

  /// The pages of a document.
  ///
  /// @param file not written to
  /// @param longestEdge of each page in pixels
  /// @param abandoned asked now and then, from the caller's thread: whether nobody waits any more
  /// @return at least one
  /// @throws IntakeException if it is no document that is read here; with [Reason#ABANDONED] if
  ///   nobody waits
  List<RgbImage> pages(byte[] file, int longestEdge, BooleanSupplier abandoned);

  IntakeStatus status();

  @Override
  void close();
}
