package io.smolvlm.models.hub;

import java.time.Duration;

/// How long a transfer is tried.
///
/// @param failures in a row, without a byte gained, after which a transfer is given up
/// @param first pause after a failure; each further one is twice as long
/// @param longest pause; a hub that asks for a longer one is not waited for
/// @param answer time until an answer begins
/// @param stall time without a byte after which a connection counts as dead
record Patience(int failures, Duration first, Duration longest, Duration answer, Duration stall) {
  static final Patience USUAL =
      new Patience(
          6,
          Duration.ofMillis(500),
          Duration.ofSeconds(120),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30));

  /// For a question whose answer is short: whether there is a way to the hub is soon known.
  Patience forQuestions() {
    return new Patience(Math.min(failures, 3), first, longest, answer, stall);
  }

  /// The pause after so many failures in a row.
  Duration pause(int failure) {
    Duration doubled = first.multipliedBy(1L << Math.min(failure - 1, 10));
    return doubled.compareTo(longest) < 0 ? doubled : longest;
  }
}
