package io.smolvlm.models.engine;

import java.time.Duration;

/// On whose account a request runs, and for how long at most.
///
/// @param client waiting requests of different clients take turns
/// @param deadline from submitting to the last token; above zero
public record Admission(String client, Duration deadline) {
  public static final Duration DEFAULT_DEADLINE = Duration.ofMinutes(5);

  public Admission {
    if (!deadline.isPositive()) {
      throw new IllegalArgumentException("a deadline of " + deadline);
    }
  }

  /// With the default deadline.
  public static Admission of(String client) {
    return new Admission(client, DEFAULT_DEADLINE);
  }
}
