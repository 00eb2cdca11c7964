package io.smolvlm.app.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/// Who may call. Without a file of keys everybody on this machine may, and nobody else: an address
/// that others can reach is refused at start.
public interface AccessSettings {
  /// The file of API keys, one `name:hash` a line as `smolvlm key NAME` prints it. Changes to it
  /// count without a restart.
  Optional<String> apiKeys();

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
