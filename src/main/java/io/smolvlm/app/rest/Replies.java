package io.smolvlm.app.rest;

import io.smolvlm.app.rest.json.Json;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response;
import java.util.function.Consumer;

/// The ways in which a route answers.
public final class Replies {
  private Replies() {}

  /// One JSON object.
  public static Response ok(Object value) {
    return Response.ok(Json.bytes(value)).type(ErrorAnswer.JSON).build();
  }

  /// An answer in pieces. What fails once it has begun is told in the stream, which is then cut.
  public static void stream(
      RoutingContext routing, EventStream stream, Consumer<EventStream> writer) {
    try {
      writer.accept(stream);
      stream.end();
    } catch (Client.Gone e) {
      throw e;
    } catch (RuntimeException | Error e) {
      stream.fail(ErrorBody.of(Refusals.of(e, RequestId.of(routing))));
      Client.of(routing).leave();
    }
  }
}
