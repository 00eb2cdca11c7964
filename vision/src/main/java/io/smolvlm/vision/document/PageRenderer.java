package io.smolvlm.vision.document;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.filter.MissingImageReaderException;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.rendering.PageDrawer;
import org.apache.pdfbox.rendering.PageDrawerParameters;

/// Draws pages as PDFBox does, and can be stopped between two drawing operations. A thread cannot
/// be ended from outside; so a page that draws itself a billion times costs no more than its time.
final class PageRenderer extends PDFRenderer {
  private final String name;
  private final BooleanSupplier stopped;
  private String place;

  /// @param name of the file, for messages
  /// @param stopped asked before every drawing operation
  PageRenderer(PDDocument document, String name, BooleanSupplier stopped) {
    super(document);
    this.name = name;
    this.stopped = stopped;
    this.place = name;
    // A picture far larger than its place on the page is read at a fraction of its size.
    setSubsamplingAllowed(true);
  }

  /// Draws a page in red, green and blue on white.
  ///
  /// @param page from 1 on
  /// @param scale pixels a unit of the page
  BufferedImage draw(int page, float scale) throws IOException {
    place = name + ": page " + page;
    return renderImage(page - 1, scale, ImageType.RGB);
  }

  @Override
  protected PageDrawer createPageDrawer(PageDrawerParameters parameters) throws IOException {
    return new Drawer(parameters);
  }

  private final class Drawer extends PageDrawer {
    Drawer(PageDrawerParameters parameters) throws IOException {
      super(parameters);
    }

    @Override
    protected void processOperator(Operator operator, List<COSBase> operands) throws IOException {
      if (stopped.getAsBoolean()) {
        throw new SmolVlmException(ErrorCode.LIMIT, place + ": drawing was stopped");
      }
      super.processOperator(operator, operands);
    }

    /// What cannot be drawn is left out, as viewers do; but a scan in a format that nobody here
    /// reads would leave a blank page, and an answer about nothing.
    @Override
    protected void operatorException(Operator operator, List<COSBase> operands, IOException e)
        throws IOException {
      if (e instanceof MissingImageReaderException) {
        throw new SmolVlmException(
            ErrorCode.UNSUPPORTED,
            place + ": holds a picture in a format that is not read, such as JPEG 2000",
            e);
      }
      super.operatorException(operator, operands, e);
    }
  }
}
