package io.smolvlm.app.intake;

import io.smolvlm.app.intake.IntakeException.Reason;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.document.DocumentLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/// Makes pixels of what a request gave as a picture.
///
/// Runs on the caller's thread, best a virtual one, and never holds anything of the model. Safe for
/// use by many threads.
public final class PictureIntake implements AutoCloseable {
  private final ImageLimits limits;
  private final DocumentLimits documents;
  private final PictureDecoder decoder;
  private final Optional<ImageFetcher> fetcher;
  private final int atATime;

  /// @param fetcher empty where addresses are never fetched
  /// @param atATime pictures of one request that are read at a time
  PictureIntake(
      ImageLimits limits,
      DocumentLimits documents,
      PictureDecoder decoder,
      Optional<ImageFetcher> fetcher,
      int atATime) {
    this.limits = limits;
    this.documents = documents;
    this.decoder = decoder;
    this.fetcher = fetcher;
    this.atATime = atATime;
  }

  /// Reads a picture.
  ///
  /// @throws IntakeException if it is refused
  public Picture read(PictureSource source) {
    return read(source, () -> false);
  }

  /// Reads a picture for a client that may go away.
  ///
  /// @param abandoned asked now and then, from the caller's thread: whether nobody waits any more
  /// @throws IntakeException if it is refused; with [Reason#ABANDONED] if nobody waits
  public Picture read(PictureSource source, BooleanSupplier abandoned) {
    long begun = System.nanoTime();
    byte[] file =
        switch (source) {
          case PictureSource.Bytes bytes -> bytes.content();
          case PictureSource.DataUri uri ->
              DataUris.bytes(uri.text(), limits.maxBytes(), () -> Refusals.tooLarge(limits));
          case PictureSource.Url url -> fetch(url.text(), abandoned);
          // One picture is wanted, not one a page.
          case PictureSource.Document _ -> throw new IntakeException(Reason.UNSUPPORTED_IMAGE);
        };
    double fetchMillis = source instanceof PictureSource.Url ? millisSince(begun) : 0;
    if (file.length == 0) {
      throw new IntakeException(Reason.INVALID_IMAGE);
    }
    if (file.length > limits.maxBytes()) {
      throw Refusals.tooLarge(limits);
    }
    if (abandoned.getAsBoolean()) {
      throw new IntakeException(Reason.ABANDONED);
    }
    long decoding = System.nanoTime();
    return new Picture(decoder.decode(file), file.length, fetchMillis, millisSince(decoding));
  }

  /// Reads what may be several pictures: a document becomes one a page, anything else is read as by
  /// [#read(PictureSource, BooleanSupplier)].
  ///
  /// @param longestEdge of each page in pixels
  /// @return at least one
  /// @throws IntakeException as there
  public List<Picture> readPages(PictureSource source, int longestEdge, BooleanSupplier abandoned) {
    return source instanceof PictureSource.Document document
        ? pages(document, longestEdge, abandoned)
        : List.of(read(source, abandoned));
  }

  private List<Picture> pages(
      PictureSource.Document document, int longestEdge, BooleanSupplier abandoned) {
    byte[] file =
        DataUris.bytes(
            document.text(), documents.maxBytes(), () -> Refusals.documentTooLarge(documents));
    if (abandoned.getAsBoolean()) {
      throw new IntakeException(Reason.ABANDONED);
    }
    long begun = System.nanoTime();
    List<RgbImage> pages = decoder.pages(file, longestEdge, abandoned);
    double millisEach = millisSince(begun) / pages.size();
    return pages.stream().map(page -> new Picture(page, file.length, 0, millisEach)).toList();
  }

  /// Reads the pictures of one request, several at a time, in order; one that is refused does not
  /// keep the others out.
  ///
  /// @param abandoned asked from several threads: whether nobody waits any more
  /// @return one reading for each source, in their order
  public List<Reading> readAll(List<? extends PictureSource> sources, BooleanSupplier abandoned) {
    Semaphore places = new Semaphore(atATime);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Reading>> readings = new ArrayList<>();
      for (PictureSource source : sources) {
        readings.add(threads.submit(() -> reading(source, abandoned, places)));
      }
      return readings.stream().map(PictureIntake::result).toList();
    }
  }

  private static Reading result(Future<Reading> reading) {
    try {
      return reading.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("reading a picture failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IntakeException(Reason.ABANDONED);
    }
  }

  private Reading reading(PictureSource source, BooleanSupplier abandoned, Semaphore places) {
    places.acquireUninterruptibly();
    try {
      return new Reading.Read(read(source, abandoned));
    } catch (IntakeException e) {
      return new Reading.Refused(e);
    } finally {
      places.release();
    }
  }

  private byte[] fetch(String url, BooleanSupplier abandoned) {
    return fetcher.orElseThrow(() -> new IntakeException(Reason.BLOCKED_URL)).fetch(url, abandoned);
  }

  private static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  /// How the processes that decode are doing, for metrics.
  public IntakeStatus status() {
    return decoder.status();
  }

  /// Ends the processes that decode.
  @Override
  public void close() {
    decoder.close();
  }
}
