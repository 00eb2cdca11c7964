package io.smolvlm.app.page;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.ErrorAnswer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// What holds for the page and its files: whether they are served at all, and that a browser takes
/// nothing into the page but what comes from here.
@ApplicationScoped
class PageFiles {
  private static final String FILES = "/page/";

  /// Scripts, styles, pictures and calls from this origin, pictures that the person chose (`blob:`)
  /// and pages that the service drew (`data:`). No text becomes markup or script, whatever a model
  /// or a file name says.
  private static final String CONTENT_SECURITY_POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self' blob: data:",
          "font-src 'self'",
          "connect-src 'self'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types 'none'");

  /// After access control, before the files.
  private static final int ORDER = 10;

  private final boolean served;

  PageFiles(ServiceConfig config) {
    this.served = config.http().page();
  }

  void register(@Observes Filters filters) {
    filters.register(this::begin, ORDER);
  }

  private void begin(RoutingContext routing) {
    if (!ofPage(routing.normalizedPath())) {
      routing.next();
      return;
    }
    if (!served) {
      ErrorAnswer.end(
          routing, new ApiException(ApiError.NOT_FOUND, null, "The page is switched off."));
      return;
    }
    HttpServerResponse response = routing.response();
    response.putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    response.putHeader("Referrer-Policy", "no-referrer");
    // Asked again each time: modules of two releases do not fit together.
    response.putHeader("Cache-Control", "no-cache");
    routing.next();
  }

  private static boolean ofPage(String path) {
    return path.equals("/") || path.equals("/index.html") || path.startsWith(FILES);
  }
}
