package io.smolvlm.app.intake;

/// What became of one of several pictures.
public sealed interface Reading {
  /// It was read.
  record Read(Picture picture) implements Reading {}

  /// It was refused.
  record Refused(IntakeException why) implements Reading {}

  /// The picture.
  ///
  /// @throws IntakeException if it was refused
  default Picture picture() {
    return switch (this) {
      case Read read -> read.picture();
      case Refused refused -> throw refused.why();
    };
  }
}
