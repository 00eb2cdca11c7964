package io.smolvlm.app.intake;

import io.smolvlm.vision.RgbImage;

/// From the bytes of a picture file to pixels.
interface PictureDecoder extends AutoCloseable {
  /// @param file not empty, not over the cap on bytes; not written to
  /// @throws IntakeException if it is no picture that is read here
  RgbImage decode(byte[] file);

  IntakeStatus status();

  @Override
  void close();
}
