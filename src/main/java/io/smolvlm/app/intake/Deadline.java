package io.smolvlm.app.intake;

import java.time.Duration;

/// A moment after which work is given up.
record Deadline(long nanos) {
  static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  /// The time left, at least none, at most so much.
  Duration left(Duration most) {
    long left = Math.max(0, nanos - System.nanoTime());
    return left < most.toNanos() ? Duration.ofNanos(left) : most;
  }

  boolean passed() {
    return System.nanoTime() - nanos >= 0;
  }
}
