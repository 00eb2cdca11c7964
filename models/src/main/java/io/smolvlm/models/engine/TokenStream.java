package io.smolvlm.models.engine;

import io.smolvlm.tensor.SmolVlmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// What happens to one submitted request, to be read by its caller. The last event is
/// [GenerationEvent.Failed] or the last choice's [GenerationEvent.Finished].
///
/// The engine never waits for a reader: events that are not read gather here. A reader who leaves
/// more than [#SOFT_BYTES] unread and takes nothing for [#PATIENCE], or lets [#HARD_BYTES] gather,
/// gets the answer as far as it has come, ended as cancelled.
///
/// One reader; [#cancel] and [#close] from any thread.
public final class TokenStream implements AutoCloseable {
  /// Several answers of usual length fit.
  static final int SOFT_BYTES = 256 << 10;

  static final int HARD_BYTES = 16 << 20;
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final ArrayDeque<GenerationEvent> events = new ArrayDeque<>();
  private long bytes;
  private long lastRead;
  private boolean complete;
  private volatile boolean cancelled;

  TokenStream(LongSupplier nanos) {
    this.nanos = nanos;
    this.lastRead = nanos.getAsLong();
  }

  /// The next event.
  ///
  /// @param patience how long to wait for it
  /// @return empty when nothing has come in that time, or nothing will, see [#ended]
  /// @throws InterruptedException if the reader was interrupted while waiting; nothing is lost
  public Optional<GenerationEvent> next(Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (events.isEmpty() && !complete && left > 0) {
        left = news.awaitNanos(left);
      }
      lastRead = nanos.getAsLong();
      GenerationEvent event = events.poll();
      if (event != null) {
        bytes -= size(event);
      }
      return Optional.ofNullable(event);
    } finally {
      lock.unlock();
    }
  }

  /// Whether all events have been read; no other will come.
  public boolean ended() {
    lock.lock();
    try {
      return complete && events.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /// Asks the engine to end the answers, which it does within two tokens. What has come until then
  /// can still be read, the ends with reason [GenerationResult.FinishReason#CANCELLED] among it.
  public void cancel() {
    cancelled = true;
  }

  /// Cancels and gives up what has not been read.
  @Override
  public void close() {
    cancelled = true;
    lock.lock();
    try {
      complete = true;
      events.clear();
      bytes = 0;
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean cancelled() {
    return cancelled;
  }

  /// Adds an event; the engine's side.
  void offer(GenerationEvent event) {
    lock.lock();
    try {
      if (complete) { // closed, or told before the engine got round to it
        return;
      }
      events.add(event);
      bytes += size(event);
      boolean stalled = bytes > SOFT_BYTES && nanos.getAsLong() - lastRead > PATIENCE.toNanos();
      if (stalled || bytes > HARD_BYTES) {
        cancelled = true;
      }
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Ends it with a failure, whatever the engine is doing; for any thread.
  void fail(SmolVlmException failure) {
    cancelled = true;
    offer(new GenerationEvent.Failed(failure));
    complete();
  }

  /// Nothing will follow.
  void complete() {
    lock.lock();
    try {
      complete = true;
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// About what an event takes on the heap.
  private static int size(GenerationEvent event) {
    return event instanceof GenerationEvent.Token token
        ? 96 + 2 * token.text().length() + 80 * token.top().size()
        : 96;
  }
}
