package io.smolvlm.app.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// What documents (PDF) may be sent. Each page becomes a picture of the message.
public interface DocumentSettings {
  /// Most pages of a document. Pages count as pictures of the request, too.
  @WithDefault("16")
  @Allowed(from = "1", to = "1024")
  int maxPages();

  /// Most bytes of a document's file.
  @WithDefault("20M")
  @Allowed(from = "1K", to = "256M")
  MemorySize maxBytes();

  /// Most pixels of a drawn page, width times height; a larger one is drawn smaller. The model's
  /// long side decides otherwise.
  @WithDefault("16000000")
  @Allowed(from = "10000", to = "16777216")
  long maxPixels();

  /// Time for opening a document and for each of its pages, after which the process that draws it
  /// is killed.
  @WithDefault("10s")
  @Allowed(from = "100ms", to = "5m")
  Duration pageDeadline();

  /// Time for a document, after which the process that draws it is killed.
  @WithDefault("60s")
  @Allowed(from = "100ms", to = "10m")
  Duration deadline();
}
