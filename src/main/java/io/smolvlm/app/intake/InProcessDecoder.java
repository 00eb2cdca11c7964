package io.smolvlm.app.intake;

import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.document.DocumentLimits;
import io.smolvlm.vision.document.DocumentReader;
import io.smolvlm.vision.document.PageSelection;
import io.smolvlm.vision.document.TooManyPagesException;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Decodes in this process: for development.
final class InProcessDecoder implements PictureDecoder {
  private final ImageLimits limits;
  private final DocumentLimits documents;
  private final ImageReader reader;
  private final DocumentReader documentReader;

  InProcessDecoder(ImageLimits limits, DocumentLimits documents) {
    this.limits = limits;
    this.documents = documents;
    this.reader = new ImageReader(limits, ImageReader.Grey16.SCALED);
    this.documentReader = new DocumentReader(documents);
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
  public List<RgbImage> pages(byte[] file, int longestEdge, BooleanSupplier abandoned) {
    try {
      return documentReader.read(file, "document", PageSelection.ALL, longestEdge);
    } catch (TooManyPagesException e) {
      throw Refusals.tooManyPages(e.pages(), documents);
    } catch (SmolVlmException e) {
      throw Refusals.ofDocument(e.code(), documents);
    }
  }

  @Override
  public IntakeStatus status() {
    return IntakeStatus.NONE;
  }

  @Override
  public void close() {}
}
