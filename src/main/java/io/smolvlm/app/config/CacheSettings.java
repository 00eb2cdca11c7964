package io.smolvlm.app.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/// What is kept of answered requests, so that the same picture or the same beginning of a
/// conversation is not computed again. Answers are the same with and without, to the bit. Each key
/// (`smolvlm.api-keys`) sees only what its own requests have left.
public interface CacheSettings {
  /// Memory for image tokens of tiles seen before, found by the tile's pixels; 0 keeps none.
  @WithDefault("64M")
  @Allowed(from = "0", to = "1T")
  MemorySize images();

  /// Memory for keys and values of beginnings of prompts, found by their tokens and tiles; 0 keeps
  /// none. Without it a sixteenth of the machine's or container's memory.
  @Allowed(from = "0", to = "1T")
  Optional<MemorySize> prefixes();
}
