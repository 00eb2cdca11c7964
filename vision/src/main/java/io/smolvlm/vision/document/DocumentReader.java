package io.smolvlm.vision.document;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.RgbImage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// From the bytes of a PDF to one picture a page, with a deadline for each and for all.
///
/// The work is done on a thread of its own. At a deadline it is told to stop, which it does between
/// two drawing operations, and the caller goes on at once. A single operation that takes for ever
/// keeps its thread (a daemon) until the program ends: who reads documents of strangers all day
/// does so in processes that can be ended, as the service does.
///
/// Holds no state beyond its settings; usable from several threads.
public final class DocumentReader {
  private static final byte[] SIGNATURE = "%PDF-".getBytes(StandardCharsets.US_ASCII);

  /// Bytes that may stand before the signature; other readers of PDF look as far.
  private static final int MAX_JUNK = 1024;

  private final DocumentLimits limits;

  public DocumentReader() {
    this(DocumentLimits.DEFAULT);
  }

  public DocumentReader(DocumentLimits limits) {
    this.limits = limits;
  }

  /// Whether a file that may be a picture as well is a document by its content, whatever its name:
  /// a PDF without anything before it.
  public static boolean isDocument(byte[] bytes) {
    return signature(bytes, 0);
  }

  private static boolean signature(byte[] bytes, int at) {
    if (at > bytes.length - SIGNATURE.length) {
      return false;
    }
    for (int i = 0; i < SIGNATURE.length; i++) {
      if (bytes[at + i] != SIGNATURE[i]) {
        return false;
      }
    }
    return true;
  }

  /// What can be told before a file is opened.
  ///
  /// @throws SmolVlmException as [PdfDocument#open] does
  public static void checkFile(byte[] bytes, String name, DocumentLimits limits) {
    if (bytes.length == 0) {
      throw new SmolVlmException(ErrorCode.EMPTY, name + ": no content");
    }
    if (bytes.length > limits.maxBytes()) {
      throw new SmolVlmException(
          ErrorCode.TOO_LARGE, name + ": has more bytes than the allowed " + limits.maxBytes());
    }
    int at = 0;
    while (at <= MAX_JUNK && !signature(bytes, at)) {
      at++;
    }
    if (at > MAX_JUNK) {
      throw new SmolVlmException(ErrorCode.UNSUPPORTED, name + ": is no PDF");
    }
  }

  /// How many pages a selection means, without drawing them.
  ///
  /// @throws SmolVlmException as [#read] does, where it can be told
  public int count(byte[] bytes, String name, PageSelection wanted) {
    try (Work work = new Work(name)) {
      return work.pages(bytes, wanted).size();
    }
  }

  /// Draws pages.
  ///
  /// @param bytes the whole file; not written to
  /// @param name for messages, as the user gave it
  /// @param longestEdge of each picture in pixels
  /// @return one picture a page, in the order of the selection
  /// @throws SmolVlmException as [PdfDocument#open] and [PdfDocument#render] do; with
  ///   [ErrorCode#LIMIT] at a deadline, with [ErrorCode#INVALID_VALUE] for pages that are not there
  /// @throws TooManyPagesException for more pages than the cap
  public List<RgbImage> read(byte[] bytes, String name, PageSelection wanted, int longestEdge) {
    try (Work work = new Work(name)) {
      List<RgbImage> images = new ArrayList<>();
      for (int page : work.pages(bytes, wanted)) {
        images.add(work.image(page, longestEdge));
      }
      return images;
    }
  }

  /// One document being read.
  private final class Work implements AutoCloseable {
    private final String name;
    private final long end = System.nanoTime() + limits.time().toNanos();
    private final ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("document").factory());
    private volatile boolean stopped;
    private @Nullable PdfDocument document;

    Work(String name) {
      this.name = name;
    }

    List<Integer> pages(byte[] bytes, PageSelection wanted) {
      PdfDocument opened = inTime(name, () -> PdfDocument.open(bytes, name, limits, () -> stopped));
      document = opened;
      return wanted.of(opened.pages(), name, limits.maxPages());
    }

    RgbImage image(int page, int longestEdge) {
      PdfDocument opened = Objects.requireNonNull(document);
      return inTime(name + ": page " + page, () -> opened.render(page, longestEdge));
    }

    private <T> T inTime(String place, Callable<T> work) {
      long left = end - System.nanoTime();
      Duration time = left < limits.pageTime().toNanos() ? limits.time() : limits.pageTime();
      try {
        return thread
            .submit(work)
            .get(Math.min(left, limits.pageTime().toNanos()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        throw new SmolVlmException(
            ErrorCode.LIMIT, place + ": takes more than the allowed " + seconds(time), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SmolVlmException(ErrorCode.LIMIT, place + ": reading was interrupted", e);
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case RuntimeException cause -> throw cause;
          case Error cause -> throw cause;
          case null, default -> throw new IllegalStateException(place, e);
        }
      }
    }

    private static String seconds(Duration time) {
      return time.toMillis() / 1e3 + " s";
    }

    @Override
    public void close() {
      stopped = true;
      PdfDocument opened = document;
      if (opened != null) {
        thread.execute(opened::close); // behind what still runs
      }
      thread.shutdown();
    }
  }
}
