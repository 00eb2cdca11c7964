package io.smolvlm.models;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Where files that can be made again are kept between runs: what `-Dsmolvlm.cache` says, else the
/// user's cache folder as the platform has it.
final class CacheFolder {
  static final String PROPERTY = "smolvlm.cache";

  private CacheFolder() {}

  /// The folder of this process; it need not exist.
  static Path find() {
    return find(System::getProperty, System::getenv);
  }

  static Path find(
      UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> environment) {
    String chosen = property.apply(PROPERTY);
    if (chosen != null && !chosen.isBlank()) {
      return Path.of(chosen);
    }
    String xdg = environment.apply("XDG_CACHE_HOME");
    if (xdg != null && Path.of(xdg).isAbsolute()) {
      return Path.of(xdg, "smolvlm");
    }
    String system = String.valueOf(property.apply("os.name")).toLowerCase(Locale.ROOT);
    String local = environment.apply("LOCALAPPDATA");
    if (system.startsWith("windows") && local != null) {
      return Path.of(local, "smolvlm", "cache");
    }
    String home = String.valueOf(property.apply("user.home"));
    return system.startsWith("mac")
        ? Path.of(home, "Library", "Caches", "smolvlm")
        : Path.of(home, ".cache", "smolvlm");
  }
}
