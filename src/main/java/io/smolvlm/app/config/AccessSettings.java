package io.smolvlm.app.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Who may call what, given a file of keys (`smolvlm.api-keys`).
public interface AccessSettings {
  /// How often the file of keys is looked at.
  @WithDefault("2s")
  @Allowed(from = "100ms", to = "1h")
  Duration reload();

  /// Whether `/metrics` is open without a key.
  @WithDefault("false")
  boolean metricsOpen();

  /// Whether the page at `/` and its files are open without a key. The page itself asks for one
  /// before it calls the service.
  @WithDefault("true")
  boolean pageOpen();

  /// Whether the OpenAPI document is open without a key.
  @WithDefault("false")
  boolean openapiOpen();
}
