package io.smolvlm.app.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// The processes that decode pictures and documents, so that a hostile one cannot harm the service.
public interface DecodeSettings {
  /// Whether pictures are decoded in processes of their own. Off is for development only: a decoder
  /// that hangs or eats memory then does so inside the service.
  @WithDefault("true")
  boolean isolated();

  /// Processes that decode at the same time; one more is kept warm as a spare.
  @WithDefault("2")
  @Allowed(from = "1", to = "64")
  int workers();

  /// Heap of each process.
  @WithDefault("512M")
  @Allowed(from = "128M", to = "8G")
  MemorySize memory();

  /// Time for a picture, after which its process is killed.
  @WithDefault("5s")
  @Allowed(from = "100ms", to = "5m")
  Duration deadline();

  /// Most time that a picture waits for a free process; then the request is answered 503.
  @WithDefault("30s")
  @Allowed(from = "0s", to = "10m")
  Duration patience();

  /// Pictures after which a process is replaced by a fresh one.
  @WithDefault("500")
  @Allowed(from = "1", to = "1000000")
  int jobs();

  /// Time for which a picture that ended two processes is refused unseen.
  @WithDefault("1h")
  @Allowed(from = "0s", to = "30d")
  Duration refusal();
}
