package io.smolvlm.app.rest.responses;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.rest.Bodies;
import io.smolvlm.app.rest.Body;
import io.smolvlm.app.rest.Client;
import io.smolvlm.app.rest.ErrorBody;
import io.smolvlm.app.rest.EventStream;
import io.smolvlm.app.rest.ModelHost;
import io.smolvlm.app.rest.Refusals;
import io.smolvlm.app.rest.Replies;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.ask.Answer;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.ask.ToolUse;
import io.smolvlm.app.rest.json.Fields;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// The responses route. Nothing is stored, so nothing can be continued by its id.
@Path("/v1/responses")
@ApplicationScoped
public class Responses {
  private final ModelHost host;
  private final Bodies bodies;
  private final ResponseReader reader;
  private final Answers answers;
  private final ServiceConfig config;

  Responses(
      ModelHost host, Bodies bodies, ResponseReader reader, Answers answers, ServiceConfig config) {
    this.host = host;
    this.bodies = bodies;
    this.reader = reader;
    this.answers = answers;
    this.config = config;
  }

  @POST
  @RunOnVirtualThread
  public @Nullable Response respond(@Context RoutingContext routing, InputStream in) {
    Client client = Client.of(routing);
    ServedModel model = host.model();
    ResponseRequest request;
    Answers.Prepared prepared;
    try (Body body = bodies.read(routing, in)) {
      Fields fields = body.json();
      host.checkName(fields.text("model"));
      request = reader.read(fields, model);
      prepared = answers.prepare(request.ask(), model, client);
    }
    var draft = new ResponseDraft(request, model);
    ToolUse tools = request.ask().tools();
    try (Answer answer = answers.submit(prepared.request(), model, client)) {
      if (!request.stream()) {
        var events = new ResponseEvents(draft, tools, null);
        return Replies.ok(events.read(answer, prepared, config.http().keepAlive()));
      }
      Replies.stream(
          routing,
          EventStream.events(routing, config.http().slowReader()),
          out -> write(new ResponseEvents(draft, tools, out), answer, prepared, client));
      return null;
    }
  }

  /// Clients of this route look for its own event of failure, before the one all streams end with.
  private void write(
      ResponseEvents events, Answer answer, Answers.Prepared prepared, Client client) {
    try {
      events.read(answer, prepared, config.http().keepAlive());
    } catch (Client.Gone e) {
      throw e;
    } catch (RuntimeException | Error e) {
      var refusal = Refusals.of(e, client.requestId());
      events.fail(ResponseShapes.Failure.of(ErrorBody.of(refusal)));
      throw refusal;
    }
  }
}
