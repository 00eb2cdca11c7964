package io.smolvlm.vision;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Iterator;
import java.util.function.Predicate;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import org.jspecify.annotations.Nullable;

/// One run of an ImageIO reader, chosen by its class, over bytes that our own parser has prepared.
///
/// Whatever the reader does ends here as a [SmolVlmException]: its checked and unchecked
/// exceptions, running out of stack or heap, and warnings, since the readers of the JDK merely warn
/// when a picture's data ends early. Nothing goes through ImageIO's disk cache.
final class Decoder {
  private final PictureFile file;
  private final ImageReaderSpi spi;
  private Predicate<String> harmless = warning -> false;
  private boolean untilLastRow;

  private Decoder(PictureFile file, ImageReaderSpi spi) {
    this.file = file;
    this.spi = spi;
  }

  static Decoder of(PictureFile file, ImageReaderSpi spi) {
    return new Decoder(file, spi);
  }

  /// @param className of the reader's provider inside the JDK
  static Decoder ofJdk(PictureFile file, String className) {
    Iterator<ImageReaderSpi> all =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
    while (all.hasNext()) {
      ImageReaderSpi spi = all.next();
      if (spi.getClass().getName().equals(className)) {
        return new Decoder(file, spi);
      }
    }
    throw new IllegalStateException("this Java runtime lacks " + className);
  }

  /// Warnings that do not cost the picture; all others do.
  Decoder harmless(Predicate<String> warnings) {
    this.harmless = warnings;
    return this;
  }

  /// For a reader that reports each row and stops neither where data ends nor behind the last row:
  /// it is stopped there, and must get there.
  Decoder untilLastRow() {
    this.untilLastRow = true;
    return this;
  }

  /// Pixels in the colours of the file.
  Raster raster(byte[] bytes) {
    return run(bytes, reader -> reader.readRaster(0, null));
  }

  /// Pixels as the reader converts them.
  BufferedImage image(byte[] bytes) {
    return run(bytes, reader -> reader.read(0));
  }

  private interface Work<T> {
    T with(ImageReader reader) throws IOException;
  }

  private <T> T run(byte[] bytes, Work<T> work) {
    Listener listener = new Listener();
    try (PatientStream stream = new PatientStream(bytes)) {
      ImageReader reader = spi.createReaderInstance();
      try {
        reader.addIIOReadWarningListener((source, warning) -> listener.warn(warning));
        reader.addIIOReadProgressListener(listener);
        reader.setInput(stream, false, true);
        T result = work.with(reader);
        if (listener.warning != null) {
          throw file.corrupt("damaged pixels: " + listener.warning);
        }
        if (untilLastRow && !listener.atLastRow) {
          throw file.corrupt("its pixels end early");
        }
        return result;
      } finally {
        reader.dispose();
      }
    } catch (SmolVlmException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw file.error(ErrorCode.CORRUPT, "its pixels cannot be decoded", e);
    } catch (StackOverflowError | OutOfMemoryError e) {
      throw file.error(ErrorCode.LIMIT, "decoding its pixels takes too much memory", e);
    }
  }

  /// Keeps the first warning that matters, and stops readers that would go on after the last row.
  private final class Listener implements IIOReadProgressListener {
    private @Nullable String warning;
    private boolean atLastRow;

    private void warn(String text) {
      if (warning == null && !harmless.test(text)) {
        warning = text;
      }
    }

    @Override
    public void imageProgress(ImageReader source, float percentageDone) {
      // A row is reported before it is stored: stopped is only when one too many begins.
      atLastRow |= percentageDone >= 100;
      if (untilLastRow && percentageDone > 100) {
        source.abort();
      }
    }

    @Override
    public void readAborted(ImageReader source) {}

    @Override
    public void sequenceStarted(ImageReader source, int minIndex) {}

    @Override
    public void sequenceComplete(ImageReader source) {}

    @Override
    public void imageStarted(ImageReader source, int imageIndex) {}

    @Override
    public void imageComplete(ImageReader source) {}

    @Override
    public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

    @Override
    public void thumbnailProgress(ImageReader source, float percentageDone) {}

    @Override
    public void thumbnailComplete(ImageReader source) {}
  }
}
