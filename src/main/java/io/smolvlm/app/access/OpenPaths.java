package io.smolvlm.app.access;

import java.util.Set;

/// The addresses that ask for no key. Decided on the path as it will be routed; everything that is
/// not named here, unknown addresses included, asks for one.
final class OpenPaths {
  private static final Set<String> ALWAYS =
      Set.of("/health", "/health/live", "/health/ready", "/version");
  private static final String PAGE_FILES = "/page/";

  private final boolean page;
  private final boolean metrics;
  private final boolean openapi;

  OpenPaths(boolean page, boolean metrics, boolean openapi) {
    this.page = page;
    this.metrics = metrics;
    this.openapi = openapi;
  }

  /// @param path decoded and without dot segments, as the router matches it
  boolean contains(String path) {
    if (ALWAYS.contains(path)) {
      return true;
    }
    if (page && (path.equals("/") || path.startsWith(PAGE_FILES) || path.equals("/favicon.ico"))) {
      return true;
    }
    return (metrics && path.equals("/metrics"))
        || (openapi
            && (path.equals("/openapi") || path.equals("/docs") || path.startsWith("/docs/")));
  }
}
