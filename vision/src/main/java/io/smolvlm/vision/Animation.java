package io.smolvlm.vision;

/// A picture file with several frames, which build on each other.
interface Animation {
  /// Frames in all, at least 1.
  int frames();

  int width();

  int height();

  /// How long all frames are shown together.
  long millis();

  /// Draws the next frame.
  ///
  /// @return `[height, width, 3]` on white; overwritten by the next call
  byte[] next();
}
