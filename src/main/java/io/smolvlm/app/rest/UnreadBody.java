package io.smolvlm.app.rest;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The body of a request that was refused before it was read. It stands in the way of the next
/// request on a connection of HTTP/1; a stream of HTTP/2 ends by itself.
public final class UnreadBody {
  /// Bytes that cost less to receive and forget than a new connection costs.
  private static final long SMALL = 1 << 20;

  /// Closing a connection on data that is still on its way takes the answer from the client.
  private static final long LINGER_MILLIS = TimeUnit.SECONDS.toMillis(1);

  private UnreadBody() {}

  /// Whether a body of this declared length costs less to receive and forget than a new connection.
  static boolean small(@Nullable String length) {
    return declared(length) <= SMALL;
  }

  /// Bytes that a body is said to hold.
  ///
  /// @param length as the header gives it; what is no number is left to the server
  static long declared(@Nullable String length) {
    if (length == null) {
      return 0;
    }
    try {
      return Long.parseLong(length.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /// Says, before the answer is written, that the connection will be closed, and closes it a little
  /// after the answer.
  public static void close(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    if (isThere(request) && request.version() != HttpVersion.HTTP_2) {
      routing.response().putHeader("Connection", "close");
      routing.addEndHandler(ended -> closeLater(routing));
    }
  }

  /// Forgets a small body as it comes, once the answer is written, so that the connection can be
  /// used again; closes the connection of any other.
  static void drop(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    boolean small =
        request.getHeader("Transfer-Encoding") == null
            && small(request.getHeader("Content-Length"));
    if (small) {
      request.resume(); // without a handler, Vert.x lets go of what comes
    } else if (request.version() != HttpVersion.HTTP_2) {
      closeLater(routing);
    }
  }

  private static boolean isThere(HttpServerRequest request) {
    return request.getHeader("Transfer-Encoding") != null
        || declared(request.getHeader("Content-Length")) > 0;
  }

  private static void closeLater(RoutingContext routing) {
    routing.vertx().setTimer(LINGER_MILLIS, t -> routing.request().connection().close());
  }
}
