package io.smolvlm.models;

import java.util.function.LongSupplier;

/// Milliseconds since it was made or last asked.
final class Stopwatch {
  private final LongSupplier nanos;
  private long last;

  Stopwatch(LongSupplier nanos) {
    this.nanos = nanos;
    this.last = nanos.getAsLong();
  }

  double lap() {
    long now = nanos.getAsLong();
    double millis = (now - last) / 1e6;
    last = now;
    return millis;
  }
}
