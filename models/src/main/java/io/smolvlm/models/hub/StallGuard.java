package io.smolvlm.models.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// Closes a stream whose other end has fallen silent: HTTP bodies have no time limit of their own.
final class StallGuard implements AutoCloseable {
  private final InputStream stream;
  private final long patience;
  private final Thread watch;
  private volatile long heard = System.nanoTime();
  private volatile boolean stalled;

  StallGuard(InputStream stream, Duration patience) {
    this.stream = stream;
    this.patience = patience.toNanos();
    this.watch = Thread.ofVirtual().start(this::watch);
  }

  /// Bytes came.
  void heard() {
    heard = System.nanoTime();
  }

  /// Whether the stream was closed for its silence.
  boolean stalled() {
    return stalled;
  }

  private void watch() {
    try {
      for (long left = patience; left > 0; left = heard + patience - System.nanoTime()) {
        Thread.sleep(Duration.ofNanos(left));
      }
      stalled = true;
      stream.close();
    } catch (InterruptedException e) {
      // The stream has come to its end.
    } catch (IOException e) {
      stalled = true;
    }
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
