package io.smolvlm.app.access;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smolvlm.app.rest.RequestId;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.regex.Pattern;

/// One line a request: its id, whose key, what kind, outcome, sizes and time. Nothing that a client
/// wrote stands in it except an id of plain characters; an address only if it is one of ours. Those
/// who are refused before any of this runs, in front of the server, share a line a second.
@ApplicationScoped
class RequestLog {
  private static final Logger LOG = System.getLogger(RequestLog.class.getName());

  /// After the request has its id; in front of the check of keys, whose refusals are logged too.
  private static final int BETWEEN = 950;

  private static final Set<String> QUIET = Set.of("/health/live", "/health/ready", "/metrics");
  private static final Set<String> KNOWN =
      Set.of(
          "/v1/chat/completions",
          "/v1/chat/completions/input_tokens",
          "/v1/captions",
          "/v1/responses",
          "/v1/completions",
          "/v1/models",
          "/v1/images/plan",
          "/v1/documents/pages",
          "/tokenize",
          "/detokenize",
          "/");

  private static final Pattern METHOD = Pattern.compile("[A-Z]{1,10}");

  void register(@Observes Filters filters) {
    filters.register(RequestLog::begin, BETWEEN);
  }

  static void begin(RoutingContext routing) {
    String path = routing.normalizedPath();
    Level level = QUIET.contains(path) ? Level.DEBUG : Level.INFO;
    if (LOG.isLoggable(level)) {
      long begun = System.nanoTime();
      routing.addEndHandler(ended -> LOG.log(level, line(routing, path, begun, ended.succeeded())));
    }
    routing.next();
  }

  private static String line(RoutingContext routing, String path, long begun, boolean whole) {
    long tenths = (System.nanoTime() - begun + 50_000) / 100_000; // of a millisecond
    return "request "
        + RequestId.of(routing)
        + " key="
        + Caller.of(routing)
        + ' '
        + method(routing)
        + ' '
        + (QUIET.contains(path) || KNOWN.contains(path) ? path : "other")
        + " status="
        + (whole ? Integer.toString(routing.response().getStatusCode()) : "gone")
        + " in="
        + routing.request().bytesRead()
        + " out="
        + routing.response().bytesWritten()
        + " ms="
        + tenths / 10
        + '.'
        + tenths % 10;
  }

  private static String method(RoutingContext routing) {
    String name = routing.request().method().name();
    return METHOD.matcher(name).matches() ? name : "other";
  }
}
