package io.smolvlm.app.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Bodies, connections and streams. Address, port and TLS are settings of Quarkus, see below.
public interface HttpSettings {
  /// Most bytes of a request's body. A picture takes a third more in base64 than its file.
  @WithDefault("32M")
  @Allowed(from = "1K", to = "1G")
  MemorySize maxBody();

  /// Time between two signs of life in a stream in which nothing else happens.
  @WithDefault("10s")
  @Allowed(from = "1s", to = "5m")
  Duration keepAlive();

  /// Time that a stream's reader may not read before its request is cancelled.
  @WithDefault("30s")
  @Allowed(from = "1s", to = "10m")
  Duration slowReader();

  /// Whether the page at `/` is served.
  @WithDefault("true")
  boolean page();
}
