package io.smolvlm.models.engine;

import java.util.function.LongSupplier;

/// Milliseconds since it was made or last asked.
public final class Stopwatch {
  private final LongSupplier nanos;
  private long last;

  public Stopwatch(LongSupplier nanos) {
    this.nanos = nanos;
    this.last = nanos.getAsLong();
  }

  /// Without beginning anew.
  double elapsed() {
    return (nanos.getAsLong() - last) / 1e6;
  }

  public double lap() {
    long now = nanos.getAsLong();
    double millis = (now - last) / 1e6;
    last = now;
    return millis;
  }
}
