package io.smolvlm.app.intake;

import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.RgbImage;

/// Decodes on the caller's thread: for development, and inside the worker process.
final class InProcessDecoder implements PictureDecoder {
  private final ImageLimits limits;
  private final ImageReader reader;

  InProcessDecoder(ImageLimits limits) {
    this.limits = limits;
    this.reader = new ImageReader(limits, ImageReader.Grey16.SCALED);
  }

  @Override
  public RgbImage decode(byte[] file) {
    try {
      return reader.read(file, "picture");
    } catch (SmolVlmException e) {
      throw Refusals.of(e.code(), limits);
    }
  }

  @Override
  public IntakeStatus status() {
    return IntakeStatus.NONE;
  }

  @Override
  public void close() {}
}
