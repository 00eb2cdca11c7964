package io.smolvlm.app.rest;

import io.smolvlm.app.config.HttpSettings;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.models.engine.Admission;
import io.smolvlm.models.engine.Engine;
import io.smolvlm.models.engine.OverloadedException;
import io.smolvlm.models.engine.PreparedRequest;
import io.smolvlm.models.engine.TokenStream;
import io.vertx.ext.web.RoutingContext;
import java.io.InputStream;
import java.util.function.Consumer;
import java.util.function.Function;

/// One request at a route: who asks, the model that is asked, the body, and an answer in pieces.
public final class Exchange {
  private final RoutingContext routing;
  private final InputStream in;
  private final ModelHost host;
  private final Bodies bodies;
  private final HttpSettings http;
  private final Client client;
  private final ServedModel model;

  Exchange(
      RoutingContext routing, InputStream in, ModelHost host, Bodies bodies, HttpSettings http) {
    this.routing = routing;
    this.in = in;
    this.host = host;
    this.bodies = bodies;
    this.http = http;
    this.client = Client.of(routing);
    this.model = host.model();
  }

  public Client client() {
    return client;
  }

  public ServedModel model() {
    return model;
  }

  /// Hands a request to the engine, in the place taken at the [Door] if it is the first.
  ///
  /// @throws OverloadedException if it takes no more
  public TokenStream submit(PreparedRequest request, Admission admission) {
    Engine engine = model.model().engine();
    Engine.Place taken = client.usePlace();
    return taken == null
        ? engine.submit(request, admission)
        : engine.submit(request, admission, taken);
  }

  /// The body; the room that it takes is given back when it is closed.
  ///
  /// @throws ApiException as [Bodies#read] says
  public Body body() {
    return bodies.read(routing, in);
  }

  /// Reads a body of JSON, whose room is held while `reader` works.
  ///
  /// @throws ApiException if there is no such body, or it names another model
  public <T> T json(Function<Fields, T> reader) {
    try (Body body = body()) {
      Fields fields = body.json();
      checkModel(fields);
      return reader.apply(fields);
    }
  }

  /// @throws ApiException if the fields name another model than this service has
  public void checkModel(Fields fields) {
    host.checkName(fields.text("model"));
  }

  /// Answers with server-sent events.
  public void events(Consumer<EventStream> writer) {
    Replies.stream(routing, EventStream.events(routing, http.slowReader()), writer);
  }

  /// Answers with a line of JSON each.
  public void lines(Consumer<EventStream> writer) {
    Replies.stream(routing, EventStream.lines(routing, http.slowReader()), writer);
  }
}
