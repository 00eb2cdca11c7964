package io.smolvlm.app.intake;

import io.smolvlm.app.intake.IntakeException.Reason;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.document.DocumentLimits;
import io.smolvlm.vision.document.DocumentReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// Decodes pictures and documents in processes of their own.
///
/// The order is: what the header tells is checked here, so that a bomb costs no worker; then one of
/// the workers decodes, and is killed at the deadline. A thread that hangs cannot be stopped, a
/// process can. There is always one worker more than may be busy, ready and waiting, so that the
/// death of one delays nobody; its place is filled in the background.
///
/// A worker lives for a number of jobs, after which a fresh one takes its place, so that nothing a
/// file left behind in it lasts. Safe for use by many threads.
final class DecodeWorkers implements PictureDecoder {
  private static final Logger LOG = System.getLogger(DecodeWorkers.class.getName());
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  private final DecodeRules rules;
  private final ImageLimits limits;
  private final DocumentLimits documents;
  private final ImageReader header;
  private final Quarantine quarantine;
  private final WorkerCommand command;
  private final Path folder;
  private final ScheduledExecutorService clock;
  private final Semaphore places;
  private final BlockingQueue<DecodeWorker> idle = new LinkedBlockingQueue<>();

  /// All workers that live or are being started; guarded by itself, as is `closed`.
  private final Set<DecodeWorker> alive = new HashSet<>();

  private int starting;
  private long deaths;
  private boolean closed;

  DecodeWorkers(DecodeRules rules, ImageLimits limits, DocumentLimits documents) {
    this.rules = rules;
    this.limits = limits;
    this.documents = documents;
    this.header = new ImageReader(limits, ImageReader.Grey16.SCALED);
    this.quarantine = new Quarantine(rules.refusal(), System::nanoTime);
    this.folder = newFolder();
    this.command = new WorkerCommand(rules, limits, documents, folder);
    this.clock = Clocks.daemon("picture-deadlines");
    this.places = new Semaphore(rules.workers(), true);
    fill();
  }

  private static Path newFolder() {
    try {
      return Files.createTempDirectory("smolvlm-decode-");
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for the processes that decode pictures", e);
    }
  }

  @Override
  public RgbImage decode(byte[] file) {
    try {
      header.check(file, "picture");
    } catch (SmolVlmException e) {
      throw Refusals.of(e.code(), limits);
    }
    return byWorker(
        file, worker -> worker.decode(file, rules.deadline()), code -> Refusals.of(code, limits));
  }

  @Override
  public List<RgbImage> pages(byte[] file, int longestEdge, BooleanSupplier abandoned) {
    try {
      DocumentReader.checkFile(file, "document", documents);
    } catch (SmolVlmException e) {
      throw Refusals.ofDocument(e.code(), documents);
    }
    return byWorker(
        file,
        worker -> worker.pages(file, longestEdge, documents, abandoned),
        code -> Refusals.ofDocument(code, documents));
  }

  private interface Job<T> {
    T by(DecodeWorker worker) throws IOException;
  }

  private <T> T byWorker(byte[] file, Job<T> job, Function<ErrorCode, IntakeException> refusal) {
    String hash = hash(file);
    if (quarantine.refuses(hash)) {
      throw refusal.apply(ErrorCode.LIMIT);
    }
    long until = System.nanoTime() + rules.patience().toNanos();
    acquirePlace(until);
    try {
      return run(worker(until), file, hash, job, refusal);
    } finally {
      places.release();
    }
  }

  private <T> T run(
      DecodeWorker worker,
      byte[] file,
      String hash,
      Job<T> job,
      Function<ErrorCode, IntakeException> refusal) {
    boolean sound = false;
    try {
      T result = job.by(worker);
      sound = true;
      return result;
    } catch (IntakeException e) {
      sound = e.reason() != Reason.ABANDONED;
      throw e;
    } catch (SmolVlmException e) {
      sound = true;
      throw refusal.apply(e.code());
    } catch (IOException e) {
      quarantine.died(hash);
      synchronized (alive) {
        deaths++;
      }
      LOG.log(
          Level.WARNING, "a file of " + file.length + " bytes ended the process that decoded it");
      throw refusal.apply(ErrorCode.LIMIT);
    } finally {
      if (sound && worker.jobs() < rules.jobs()) {
        putBack(worker);
      } else {
        retire(worker);
      }
    }
  }

  private void acquirePlace(long until) {
    try {
      if (!places.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new IntakeException(Reason.BUSY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IntakeException(Reason.ABANDONED);
    }
  }

  private DecodeWorker worker(long until) {
    try {
      while (true) {
        DecodeWorker worker = idle.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (worker == null) {
          throw new IntakeException(Reason.BUSY);
        }
        if (worker.isAlive()) {
          return worker;
        }
        retire(worker); // somebody else ended it
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IntakeException(Reason.ABANDONED);
    }
  }

  private void putBack(DecodeWorker worker) {
    synchronized (alive) {
      if (!closed) {
        idle.add(worker);
        return;
      }
    }
    worker.kill();
  }

  private void retire(DecodeWorker worker) {
    worker.kill();
    synchronized (alive) {
      alive.remove(worker);
    }
    fill();
  }

  /// Starts as many workers as are missing, each on a thread of its own.
  private void fill() {
    synchronized (alive) {
      while (!closed && alive.size() + starting < rules.workers() + 1) {
        starting++;
        Thread.ofPlatform().daemon().name("picture-worker-start").start(this::startOne);
      }
    }
  }

  private void startOne() {
    try {
      DecodeWorker worker = DecodeWorker.start(command, limits, clock, START);
      synchronized (alive) {
        starting--;
        if (!closed) {
          alive.add(worker);
          idle.add(worker);
          return;
        }
      }
      worker.kill();
    } catch (IOException | RuntimeException e) {
      boolean wanted;
      synchronized (alive) {
        wanted = !closed;
      }
      if (wanted) {
        LOG.log(Level.ERROR, "a process that decodes pictures cannot be started", e);
        pause();
      }
      synchronized (alive) {
        starting--;
      }
      fill();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_AFTER_FAILURE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public IntakeStatus status() {
    synchronized (alive) {
      int busy = rules.workers() - places.availablePermits();
      return new IntakeStatus(alive.size(), busy, places.getQueueLength(), deaths);
    }
  }

  /// The processes, for tests that end them.
  Set<Long> pids() {
    synchronized (alive) {
      Set<Long> pids = new HashSet<>();
      alive.forEach(worker -> pids.add(worker.pid()));
      return pids;
    }
  }

  private static String hash(byte[] file) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime lacks SHA-256", e);
    }
  }

  @Override
  public void close() {
    synchronized (alive) {
      closed = true;
      alive.forEach(DecodeWorker::kill);
      alive.clear();
    }
    clock.shutdown(); // alarms that are set still ring, for workers that are just starting
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a temporary folder is left behind", e);
    }
  }
}
