package io.smolvlm.vision.process;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.document.DocumentLimits;
import io.smolvlm.vision.document.PdfDocument;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;

/// A process that reads pictures and documents for another one, one after the other, until its
/// input ends.
///
/// It writes no files, opens no sockets and says nothing but answers. When a file takes all its
/// memory or stack it dies at once: what is left of such a Java machine is not worth trusting.
public final class ReaderProcess {
  /// One class out of each library that reading needs.
  private static final List<String> LIBRARIES =
      List.of(
          "com.twelvemonkeys.imageio.ImageReaderBase",
          "com.twelvemonkeys.imageio.metadata.Directory",
          "com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi",
          "com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi",
          "com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi",
          "com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi",
          "com.twelvemonkeys.image.ResampleOp",
          "com.twelvemonkeys.io.SubStream",
          "com.twelvemonkeys.lang.Validate",
          "org.apache.commons.logging.LogFactory",
          "org.apache.fontbox.ttf.TrueTypeFont",
          "org.apache.pdfbox.io.RandomAccessRead",
          "org.apache.pdfbox.jbig2.JBIG2ImageReader",
          "org.apache.pdfbox.pdmodel.PDDocument",
          "org.librepdf.openpdf.fonts.Liberation");

  private static final int STATUS_OF_DEATH = 3;

  private final ImageReader reader;
  private final ImageLimits limits;
  private final DocumentLimits documents;
  private final InputStream in;
  private final OutputStream out;
  private volatile long busySince;

  private ReaderProcess(
      ImageLimits limits, DocumentLimits documents, InputStream in, OutputStream out) {
    this.reader = new ImageReader(limits, ImageReader.Grey16.SCALED);
    this.limits = limits;
    this.documents = documents;
    this.in = in;
    this.out = out;
  }

  /// Serves standard input. Arguments are those of [#arguments].
  public static void main(String[] arguments) throws IOException {
    NoNetwork.install();
    InputStream in = new BufferedInputStream(new FileInputStream(FileDescriptor.in), 1 << 16);
    OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 13);
    // A library that prints must not be taken for an answer.
    System.setOut(System.err);
    Duration longest = Duration.ofMillis(Long.parseLong(arguments[9]));
    var process = new ReaderProcess(limits(arguments), documents(arguments, longest), in, out);
    process.watch(longest);
    process.warmUp();
    out.write(PictureWire.READY);
    out.flush();
    process.serve();
  }

  private void serve() throws IOException {
    while (true) {
      PictureWire.Job job =
          PictureWire.readJob(in, Math.max(limits.maxBytes(), documents.maxBytes()));
      if (job == null) {
        return;
      }
      busySince = System.nanoTime();
      answer(job);
      busySince = 0;
    }
  }

  private void answer(PictureWire.Job job) throws IOException {
    try {
      if (job.document()) {
        writePages(job);
      } else {
        PictureWire.writePixels(out, reader.read(job.file(), "picture"));
      }
    } catch (SmolVlmException e) {
      if (e.getCause() instanceof VirtualMachineError) {
        Runtime.getRuntime().halt(STATUS_OF_DEATH);
      }
      PictureWire.writeRefusal(out, e.code());
      return;
    } catch (RuntimeException e) {
      PictureWire.writeRefusal(out, ErrorCode.CORRUPT);
      return;
    } catch (VirtualMachineError e) {
      Runtime.getRuntime().halt(STATUS_OF_DEATH);
    }
  }

  /// Each page goes out when it is drawn, so that the deadline of the next begins. Who waits for it
  /// ends this process when it does not come.
  private void writePages(PictureWire.Job job) throws IOException {
    try (var document = PdfDocument.open(job.file(), "document", documents, () -> false)) {
      PictureWire.writePages(out, document.pages());
      if (document.pages() <= documents.maxPages()) {
        for (int page = 1; page <= document.pages(); page++) {
          PictureWire.writePixels(out, document.render(page, job.longestEdge()));
        }
      }
    }
  }

  /// Ends a process that is still busy long after its caller must have given up: its caller died.
  private void watch(Duration longest) {
    Thread watch =
        new Thread(
            () -> {
              while (true) {
                long since = busySince;
                if (since != 0 && System.nanoTime() - since > longest.toNanos()) {
                  Runtime.getRuntime().halt(STATUS_OF_DEATH);
                }
                try {
                  Thread.sleep(1000);
                } catch (InterruptedException e) {
                  return;
                }
              }
            },
            "watch");
    watch.setDaemon(true);
    watch.start();
  }

  /// Loads what the two commonest formats need, so that the first picture does not wait for it.
  private void warmUp() throws IOException {
    for (String name : List.of("warm.png", "warm.jpg")) {
      try (InputStream file = ReaderProcess.class.getResourceAsStream(name)) {
        reader.read(Objects.requireNonNull(file, name).readAllBytes(), name);
      }
    }
  }

  /// The arguments of [#main].
  ///
  /// @param longest time that a file may take before the process takes itself for abandoned
  public static List<String> arguments(
      ImageLimits limits, DocumentLimits documents, Duration longest) {
    return List.of(
        Integer.toString(limits.maxBytes()),
        Long.toString(limits.maxPixels()),
        Integer.toString(limits.maxSide()),
        Integer.toString(limits.maxMetadataBytes()),
        Integer.toString(limits.maxScans()),
        Long.toString(limits.maxScanPixels()),
        Integer.toString(documents.maxBytes()),
        Integer.toString(documents.maxPages()),
        Long.toString(documents.maxPixels()),
        Long.toString(longest.toMillis()));
  }

  private static ImageLimits limits(String[] a) {
    return new ImageLimits(
        Integer.parseInt(a[0]),
        Long.parseLong(a[1]),
        Integer.parseInt(a[2]),
        Integer.parseInt(a[3]),
        Integer.parseInt(a[4]),
        Long.parseLong(a[5]));
  }

  private static DocumentLimits documents(String[] a, Duration longest) {
    return new DocumentLimits(
        Integer.parseInt(a[6]), Integer.parseInt(a[7]), Long.parseLong(a[8]), longest, longest);
  }

  /// The class path that this process needs and no more, as the running program was itself started:
  /// folders of classes or jars, however they are packaged.
  public static List<Path> classPath() {
    var places = new LinkedHashSet<Path>();
    places.add(place(ReaderProcess.class));
    places.add(place(ErrorCode.class));
    ClassLoader loader = ReaderProcess.class.getClassLoader();
    for (String name : LIBRARIES) {
      try {
        places.add(place(Class.forName(name, false, loader)));
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException("reading lacks a library", e);
      }
    }
    // Resources lie beside the classes of a module that was built but not packaged.
    return new ArrayList<>(places);
  }

  private static Path place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      throw new IllegalStateException("nobody says where " + type.getName() + " was loaded from");
    }
    try {
      return Path.of(source.getLocation().toURI());
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new IllegalStateException(type.getName() + " was not loaded from a file", e);
    }
  }
}
