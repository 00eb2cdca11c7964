package io.smolvlm.app.rest;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smolvlm.app.rest.metrics.AnswerMeters;
import io.smolvlm.models.engine.Engine;
import io.smolvlm.models.engine.OverloadedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;

/// Where requests for an answer of the model, or for the pages of a document, take a place among
/// those who wait, before anything of them is read. Who finds none is refused here, on the
/// connection's own thread and before it is routed: at ten times the load that can be served, nine
/// of ten end here, and what they cost is taken from the answers of the tenth. On a connection that
/// is used again, the [Doorstep] says so for less.
@ApplicationScoped
class Door {
  /// After the check of keys, which says whose place it is.
  private static final int THIRD = 800;

  /// The addresses of which it is true.
  static final Set<String> ANSWERED =
      Set.of(
          "/v1/chat/completions",
          "/v1/captions",
          "/v1/responses",
          "/v1/completions",
          "/v1/documents/pages");

  private final ModelHost host;
  private final AnswerMeters meters;

  Door(ModelHost host, AnswerMeters meters) {
    this.host = host;
    this.meters = meters;
  }

  void register(@Observes Filters filters) {
    filters.register(this::enter, THIRD);
  }

  private void enter(RoutingContext routing) {
    if (!routing.request().method().equals(HttpMethod.POST)
        || !ANSWERED.contains(routing.normalizedPath())) {
      routing.next();
      return;
    }
    Client client = Client.of(routing);
    Engine.Place place;
    try {
      place = host.model().model().engine().enter(client.name());
    } catch (OverloadedException | ApiException e) {
      meters.rejected();
      ErrorAnswer.end(routing, e);
      UnreadBody.drop(routing);
      return;
    }
    client.has(place);
    routing.next();
  }
}
