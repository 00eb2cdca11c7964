package io.smolvlm.models.engine;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Sees when a step of the engine does not end: a thread in native code cannot be stopped, but
/// those who wait for it can be told.
///
/// Has a thread of its own from its first step on.
final class Watchdog implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Watchdog.class.getName());

  private final Duration patience;
  private final LongSupplier nanos;
  private final Runnable onStall;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition end = lock.newCondition();
  private boolean running;
  private boolean closed;

  /// When the step began, 0 between steps.
  private volatile long began;

  /// The step that takes too long, by its beginning.
  private volatile long stalled;

  /// @param onStall called once for each step that takes too long, on the watchdog's thread
  Watchdog(Duration patience, LongSupplier nanos, Runnable onStall) {
    this.patience = patience;
    this.nanos = nanos;
    this.onStall = onStall;
  }

  /// A step begins; on the engine's thread, likewise [#ends].
  void begins() {
    if (!running) {
      running = true;
      Thread.ofPlatform().daemon().name("smolvlm-watchdog").start(this::watch);
    }
    began = nanos.getAsLong() | 1; // never 0
  }

  void ends() {
    began = 0;
  }

  /// Whether a step has begun that does not end.
  boolean stalled() {
    long since = began;
    return since != 0 && since == stalled;
  }

  private void watch() {
    long pause = Math.clamp(patience.toNanos() / 4, 1_000_000, 1_000_000_000);
    lock.lock();
    try {
      while (!closed) {
        long since = began;
        if (since != 0 && since != stalled && nanos.getAsLong() - since > patience.toNanos()) {
          stalled = since;
          LOG.log(Level.ERROR, "a step of the engine takes longer than {0}", patience);
          onStall.run();
        }
        try {
          end.awaitNanos(pause);
        } catch (InterruptedException e) {
          return; // nobody interrupts it but who wants it to end
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      end.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
