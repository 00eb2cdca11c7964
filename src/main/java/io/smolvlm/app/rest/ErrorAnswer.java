package io.smolvlm.app.rest;

import io.smolvlm.app.rest.json.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;

/// Writes refusals as HTTP answers, for routes and for what runs before and after them.
public final class ErrorAnswer {
  static final String JSON = "application/json";

  private ErrorAnswer() {}

  /// Headers that a refusal carries beside its body.
  static Map<String, String> headers(ApiException refusal) {
    var headers = new LinkedHashMap<String, String>();
    if (refusal.error().passes()) {
      headers.put("Retry-After", Long.toString(refusal.retryAfterSeconds()));
    }
    switch (refusal.error()) {
      case INVALID_API_KEY -> headers.put("WWW-Authenticate", "Bearer");
      // Work that ran into its deadline once will do so again.
      case TIMEOUT -> headers.put("x-should-retry", "false");
      default -> {}
    }
    return headers;
  }

  /// Ends a routed request with a refusal; safe to call when the answer has begun, which is then
  /// cut off.
  public static void end(RoutingContext routing, Throwable failure) {
    HttpServerResponse response = routing.response();
    if (response.ended()) {
      return;
    }
    if (response.headWritten()) {
      response.reset();
      return;
    }
    ApiException refusal = Refusals.of(failure, RequestId.of(routing));
    response.setStatusCode(refusal.error().status());
    response.putHeader("Content-Type", JSON);
    response.putHeader(RequestId.HEADER, RequestId.of(routing));
    headers(refusal).forEach(response::putHeader);
    response.end(Buffer.buffer(Json.bytes(ErrorBody.of(refusal))));
  }
}
