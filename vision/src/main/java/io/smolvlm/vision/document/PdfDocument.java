package io.smolvlm.vision.document;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.RgbImage;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.io.IOUtils;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.jspecify.annotations.Nullable;

/// An opened PDF, by Apache PDFBox: how many pages it has and what they look like.
///
/// All on the calling thread and in memory; no scripts, no other files, no addresses, no metadata
/// are looked at. Nothing here ends a page that takes for ever but the question whether to stop;
/// callers have a deadline. Not for use by several threads.
public final class PdfDocument implements AutoCloseable {
  static {
    // Pictures inside documents would otherwise be copied to temporary files.
    ImageIO.setUseCache(false);
    EmbeddedFonts.install();
  }

  private final PDDocument document;
  private final String name;
  private final DocumentLimits limits;
  private final PageRenderer renderer;
  private final int pages;

  private PdfDocument(
      PDDocument document, String name, DocumentLimits limits, BooleanSupplier stopped) {
    this.document = document;
    this.name = name;
    this.limits = limits;
    this.pages = flatten(document);
    this.renderer = new PageRenderer(document, name, stopped);
  }

  /// Opens a document.
  ///
  /// @param bytes the whole file; not written to
  /// @param name for messages, as the user gave it
  /// @param stopped asked while pages are drawn: whether to stop
  /// @throws SmolVlmException with [ErrorCode#EMPTY] for no bytes or no pages,
  ///   [ErrorCode#UNSUPPORTED] for other formats, [ErrorCode#ENCRYPTED] where a password is needed,
  ///   [ErrorCode#CORRUPT] for damaged files, [ErrorCode#TOO_LARGE] for bytes over the cap,
  ///   [ErrorCode#LIMIT] for memory over what there is
  public static PdfDocument open(
      byte[] bytes, String name, DocumentLimits limits, BooleanSupplier stopped) {
    DocumentReader.checkFile(bytes, name, limits);
    PDDocument document = load(bytes, name);
    try {
      PdfDocument opened =
          guarded(
              name,
              "its pages cannot be found",
              () -> new PdfDocument(document, name, limits, stopped));
      if (opened.pages == 0) {
        throw error(ErrorCode.EMPTY, name, "has no pages", null);
      }
      return opened;
    } catch (SmolVlmException e) {
      IOUtils.closeQuietly(document);
      throw e;
    }
  }

  private static PDDocument load(byte[] bytes, String name) {
    return guarded(
        name,
        "cannot be read as a PDF",
        () -> {
          try {
            return Loader.loadPDF(bytes, "", null, null, IOUtils.createMemoryOnlyStreamCache());
          } catch (InvalidPasswordException e) {
            throw error(ErrorCode.ENCRYPTED, name, "needs a password", e);
          } catch (NoClassDefFoundError e) {
            // PDFBox leaves encryption for certificates to a library that is not there.
            throw error(ErrorCode.ENCRYPTED, name, "is encrypted for certificates", e);
          }
        });
  }

  /// Puts all pages below one node. The tree decides which there are, not the counts in it, which
  /// may say anything; what pages inherit they still find through their own parents.
  private static int flatten(PDDocument document) {
    COSArray kids = new COSArray();
    for (PDPage page : document.getPages()) {
      kids.add(page.getCOSObject());
    }
    COSDictionary root = new COSDictionary();
    root.setItem(COSName.TYPE, COSName.PAGES);
    root.setItem(COSName.KIDS, kids);
    root.setInt(COSName.COUNT, kids.size());
    document.getDocumentCatalog().getCOSObject().setItem(COSName.PAGES, root);
    return kids.size();
  }

  /// Pages, at least 1.
  public int pages() {
    return pages;
  }

  /// Draws a page on white.
  ///
  /// @param page 1 to [#pages]
  /// @param longestEdge of the picture in pixels; less where a cap on pixels says so
  /// @throws SmolVlmException with [ErrorCode#CORRUPT], [ErrorCode#UNSUPPORTED] or
  ///   [ErrorCode#LIMIT] as [#open] does, naming the page
  public RgbImage render(int page, int longestEdge) {
    String place = name + ": page " + page;
    return guarded(
        place,
        "cannot be drawn",
        () -> {
          float scale = scale(document.getPage(page - 1), longestEdge);
          return RgbImage.of(renderer.draw(page, scale));
        });
  }

  private float scale(PDPage page, int longestEdge) {
    PDRectangle box = page.getCropBox();
    float longer = Math.max(box.getWidth(), box.getHeight());
    float shorter = Math.min(box.getWidth(), box.getHeight());
    if (!(shorter > 0) || !Float.isFinite(longer)) {
      page.setMediaBox(PDRectangle.LETTER);
      page.setCropBox(PDRectangle.LETTER);
      longer = PDRectangle.LETTER.getHeight();
      shorter = PDRectangle.LETTER.getWidth();
    }
    double most = Math.sqrt(limits.maxPixels() * ((double) longer / shorter));
    double edge =
        Math.min(Math.min(longestEdge, ImageProcessorConfig.MAX_LONGEST_EDGE), Math.floor(most));
    // PDFBox rounds sizes down: a little more keeps the last pixel.
    return (float) (Math.max(1, edge) / longer * (1 + 1e-6));
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  private static <T> T guarded(String place, String failure, Work<T> work) {
    try {
      return work.run();
    } catch (SmolVlmException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw error(ErrorCode.CORRUPT, place, failure, e);
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw error(ErrorCode.LIMIT, place, "takes more memory than there is", e);
    }
  }

  private static SmolVlmException error(
      ErrorCode code, String place, String what, @Nullable Throwable e) {
    String message = place + ": " + what;
    return e == null ? new SmolVlmException(code, message) : new SmolVlmException(code, message, e);
  }

  @Override
  public void close() {
    IOUtils.closeQuietly(document);
  }
}
