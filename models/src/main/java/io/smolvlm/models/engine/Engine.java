package io.smolvlm.models.engine;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Answers requests, one thread for all of them.
public final class Engine implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Engine.class.getName());
  private static final int QUEUE = 64;

  private record Job(PreparedRequest prepared, TokenStream stream, long submitted, long deadline) {}

  private final Networks networks;
  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Job> queue = new ArrayDeque<>();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private @Nullable Thread thread;
  private boolean busy;
  private boolean draining;
  private volatile boolean closed;

  public Engine(Networks networks) {
    this(networks, System::nanoTime);
  }

  Engine(Networks networks, LongSupplier nanos) {
    this.networks = networks;
    this.nanos = nanos;
  }

  /// Takes a request on. Returns at once; the stream tells the rest.
  ///
  /// @throws OverloadedException when too much is waiting, or the engine is draining
  /// @throws IllegalStateException when the engine is closed
  public TokenStream submit(PreparedRequest prepared, Admission admission) {
    lock.lock();
    try {
      ensureOpen();
      if (draining) {
        throw new OverloadedException("the service is being shut down", Duration.ofSeconds(10));
      }
      if (queue.size() >= QUEUE) {
        throw new OverloadedException(
            queue.size() + " requests are waiting, allowed " + QUEUE, Duration.ofSeconds(1));
      }
      var stream = new TokenStream(nanos);
      long now = nanos.getAsLong();
      queue.add(new Job(prepared, stream, now, now + admission.deadline().toNanos()));
      start();
      return stream;
    } finally {
      lock.unlock();
    }
  }

  /// Runs something on the engine's thread, alone with the networks, and waits for its end.
  ///
  /// @throws RuntimeException what it threw
  public void run(Runnable task) {
    var done = new CompletableFuture<@Nullable Void>();
    lock.lock();
    try {
      ensureOpen();
      tasks.add(() -> {
        try {
          task.run();
          done.complete(null);
        } catch (RuntimeException | Error e) {
          done.completeExceptionally(e);
        }
      });
      start();
    } finally {
      lock.unlock();
    }
    try {
      done.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  private void ensureOpen() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
  }

  private void start() {
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("smolvlm-engine").start(this::loop);
    }
    changed.signalAll();
  }

  public EngineStatus status() {
    lock.lock();
    try {
      return new EngineStatus(busy ? 1 : 0, queue.size(), 0, 0, draining);
    } finally {
      lock.unlock();
    }
  }

  /// Takes nothing on any more; what has been taken on is answered.
  public void drain() {
    lock.lock();
    try {
      draining = true;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until nothing runs and nothing waits.
  ///
  /// @return whether it came to that in this time
  public boolean awaitIdle(Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (busy || !queue.isEmpty()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    try (var step = new DecodeStep(networks.decoder(), AnswerParameters.MAX_CHOICES)) {
      while (true) {
        Job job;
        Runnable task;
        lock.lock();
        try {
          busy = false;
          changed.signalAll();
          while (queue.isEmpty() && tasks.isEmpty() && !closed) {
            changed.awaitUninterruptibly();
          }
          if (closed && queue.isEmpty() && tasks.isEmpty()) {
            return;
          }
          busy = true;
          task = tasks.poll();
          job = task == null ? queue.poll() : null;
        } finally {
          lock.unlock();
        }
        if (task != null) {
          task.run();
        }
        if (job != null) {
          answer(job, step);
        }
      }
    }
  }

  private void answer(Job job, DecodeStep step) {
    double queued = (nanos.getAsLong() - job.submitted) / 1e6;
    try (var generation = new Generation(job.prepared, networks, queued, job.stream::offer)) {
      job.stream.offer(new GenerationEvent.Started(queued));
      while (generation.stage() != Generation.Stage.ENDED) {
        if (closed || job.stream.cancelled()) {
          generation.end(GenerationResult.FinishReason.CANCELLED);
        } else if (nanos.getAsLong() - job.deadline >= 0) {
          generation.end(GenerationResult.FinishReason.DEADLINE);
        } else if (generation.stage() == Generation.Stage.DECODE) {
          step.run(generation.running());
        } else {
          generation.advance();
        }
      }
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "an answer failed", e);
      job.stream.offer(
          new GenerationEvent.Failed(
              e instanceof SmolVlmException known
                  ? known
                  : new SmolVlmException(ErrorCode.INTERNAL, "the answer failed", e)));
    } finally {
      job.stream.complete();
    }
  }

  /// Ends all answers and the thread. May be called twice.
  @Override
  public void close() {
    Thread running;
    lock.lock();
    try {
      closed = true;
      running = thread;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (running != null && running.isAlive()) {
      try {
        running.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
