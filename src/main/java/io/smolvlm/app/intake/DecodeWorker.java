package io.smolvlm.app.intake;

import io.smolvlm.app.intake.IntakeException.Reason;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.document.DocumentLimits;
import io.smolvlm.vision.process.PictureWire;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// One process that decodes, one file at a time. Used by one thread at a time.
final class DecodeWorker {
  private final Process process;
  private final ImageLimits limits;
  private final ScheduledExecutorService clock;
  private final InputStream in;
  private final OutputStream out;
  private int jobs;

  private DecodeWorker(Process process, ImageLimits limits, ScheduledExecutorService clock) {
    this.process = process;
    this.limits = limits;
    this.clock = clock;
    this.in = process.getInputStream();
    this.out = new BufferedOutputStream(process.getOutputStream(), 1 << 16);
  }

  /// Starts a process and waits until it is ready.
  ///
  /// @throws IOException if it does not get so far in time
  static DecodeWorker start(
      WorkerCommand command, ImageLimits limits, ScheduledExecutorService clock, Duration patience)
      throws IOException {
    DecodeWorker worker = new DecodeWorker(command.start(), limits, clock);
    ScheduledFuture<?> alarm = worker.killIn(patience);
    try {
      PictureWire.awaitReady(worker.in);
      return worker;
    } catch (IOException e) {
      worker.kill();
      throw e;
    } finally {
      alarm.cancel(false);
    }
  }

  /// Decodes a picture.
  ///
  /// @throws IOException if the process died over it or was killed at the deadline
  /// @throws SmolVlmException if it refuses the picture
  RgbImage decode(byte[] file, Duration deadline) throws IOException {
    jobs++;
    ScheduledFuture<?> alarm = killIn(deadline);
    try {
      PictureWire.writePicture(out, file);
      return PictureWire.readAnswer(in, limits);
    } finally {
      alarm.cancel(false);
    }
  }

  /// Draws the pages of a document. Each has its deadline, and all together.
  ///
  /// @throws IOException as [#decode]
  /// @throws SmolVlmException if it refuses the document, with [Reason#TOO_MANY_PAGES] if there are
  ///   more than the cap; with [Reason#ABANDONED] the process is still at work
  List<RgbImage> pages(
      byte[] file, int longestEdge, DocumentLimits documents, BooleanSupplier abandoned)
      throws IOException {
    jobs++;
    long end = System.nanoTime() + documents.time().toNanos();
    ScheduledFuture<?> alarm = killIn(nextStep(end, documents));
    try {
      PictureWire.writeDocument(out, file, longestEdge);
      int count = PictureWire.readPages(in);
      if (count > documents.maxPages()) {
        throw Refusals.tooManyPages(count, documents);
      }
      List<RgbImage> pages = new ArrayList<>();
      while (pages.size() < count) {
        if (abandoned.getAsBoolean()) {
          throw new IntakeException(Reason.ABANDONED);
        }
        alarm.cancel(false);
        alarm = killIn(nextStep(end, documents));
        pages.add(PictureWire.readPage(in, documents));
      }
      return pages;
    } finally {
      alarm.cancel(false);
    }
  }

  private static Duration nextStep(long end, DocumentLimits documents) {
    Duration left = Duration.ofNanos(end - System.nanoTime());
    return left.compareTo(documents.pageTime()) < 0 ? left : documents.pageTime();
  }

  private ScheduledFuture<?> killIn(Duration time) {
    return clock.schedule(this::kill, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// SIGKILL; the pipes end with the process, which wakes whoever reads them.
  void kill() {
    process.destroyForcibly();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  int jobs() {
    return jobs;
  }

  long pid() {
    return process.pid();
  }
}
