package io.smolvlm.app.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Waiting and running requests.
public interface QueueSettings {
  /// Most requests that wait; one more is answered 503 with `Retry-After`.
  @WithDefault("64")
  @Allowed(from = "0", to = "10000")
  int requests();

  /// Most estimated work that waits; whichever of both is reached first counts.
  @WithDefault("60s")
  @Allowed(from = "1s", to = "24h")
  Duration work();

  /// Most sequences that are decoded together.
  @WithDefault("8")
  @Allowed(from = "1", to = "256")
  int sequences();

  /// Most prompt tokens that are taken in one step, between which other requests get their turn.
  /// The rounding of answers may depend on it.
  @WithDefault("256")
  @Allowed(from = "16", to = "8192")
  int prefillChunk();

  /// Most tokens that are drafted before a decode step from what stands in prompt and answer
  /// already; 0 drafts none. Answers do not depend on it, those that repeat something are sooner
  /// there.
  @WithDefault("7")
  @Allowed(from = "0", to = "31")
  int drafts();

  /// Memory that the keys and values of all running sequences may come to need; 0 takes a quarter
  /// of the machine's or container's memory.
  @WithDefault("0")
  @Allowed(from = "0", to = "1T")
  MemorySize kvMemory();

  /// Time for a request from its arrival to its last token.
  @WithDefault("300s")
  @Allowed(from = "1s", to = "24h")
  Duration deadline();

  /// Most time for a single step of the engine. When one takes longer, what runs and waits is
  /// answered 503, and nothing is taken on until it has ended.
  @WithDefault("60s")
  @Allowed(from = "1s", to = "24h")
  Duration patience();
}
