package io.smolvlm.models.hub;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Takes a transfer up again until it is done, is refused, or fails too often without a byte
/// gained.
///
/// @param told sees each failure and the pause after it
/// @param cancelled is asked while it waits
record Retries(Patience patience, BiConsumer<String, Duration> told, BooleanSupplier cancelled) {
  private static final Duration SLICE = Duration.ofMillis(50);

  interface Attempt<T> {
    T run() throws IOException;
  }

  /// @param what is transferred, for messages
  /// @param gained bytes so far
  /// @throws SmolVlmException with [ErrorCode#UNREACHABLE] when it is given up
  <T> T run(String what, LongSupplier gained, Attempt<T> attempt) throws IOException {
    int failures = 0;
    while (true) {
      long before = gained.getAsLong();
      try {
        return attempt.run();
      } catch (TransferException e) {
        failures = gained.getAsLong() > before ? 1 : failures + 1;
        if (failures > patience.failures()) {
          throw givenUp(what, e, failures + " failures in a row", before);
        }
        if (e.asked().compareTo(patience.longest()) > 0) {
          throw givenUp(what, e, "the server asks to wait " + e.asked().toSeconds() + " s", before);
        }
        Duration pause =
            e.asked().compareTo(patience.pause(failures)) > 0
                ? e.asked()
                : patience.pause(failures);
        told.accept(String.valueOf(e.getMessage()), pause);
        waitFor(pause);
      }
    }
  }

  private static SmolVlmException givenUp(
      String what, TransferException cause, String why, long kept) {
    return new SmolVlmException(
        ErrorCode.UNREACHABLE,
        what
            + ": "
            + cause.getMessage()
            + "; given up after "
            + why
            + (kept > 0 ? "; what came is kept" : ""),
        cause);
  }

  private void waitFor(Duration pause) {
    long end = System.nanoTime() + pause.toNanos();
    for (long left = pause.toNanos(); left > 0; left = end - System.nanoTime()) {
      sleep(Duration.ofNanos(Math.min(left, SLICE.toNanos())), cancelled);
    }
  }

  /// @throws CancellationException when there is nothing left to wait for
  static void sleep(Duration pause, BooleanSupplier cancelled) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
    if (cancelled.getAsBoolean()) {
      throw new CancellationException("another file of the pull failed");
    }
  }
}
