package io.smolvlm.app.rest;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smolvlm.app.config.ServiceConfig;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;

/// What holds for every request before it is routed: an id, and a declared length within the cap.
@ApplicationScoped
class EveryAnswer {
  /// Before access control, which names the request too.
  private static final int FIRST = 1_000;

  /// Headers of every answer.
  static final Map<String, String> HEADERS = Map.of("X-Content-Type-Options", "nosniff");

  private final long most;
  private final Clients clients;
  private final Doorstep doorstep;

  EveryAnswer(ServiceConfig config, Clients clients, Doorstep doorstep) {
    this.doorstep = doorstep;
    this.clients = clients;
    this.most = config.http().maxBody().asLongValue();
  }

  void register(@Observes Filters filters) {
    filters.register(this::begin, FIRST);
  }

  private void begin(RoutingContext routing) {
    String id = RequestId.of(routing);
    doorstep.stand(routing);
    IdleConnections.suspend(routing, clients.watch(routing));
    HttpServerResponse response = routing.response();
    response.putHeader(RequestId.HEADER, id);
    HEADERS.forEach(response::putHeader);
    if (UnreadBody.declared(routing.request().getHeader("Content-Length")) > most) {
      UnreadBody.close(routing);
      ErrorAnswer.end(routing, Bodies.tooLarge(most));
      return;
    }
    routing.next();
  }
}
