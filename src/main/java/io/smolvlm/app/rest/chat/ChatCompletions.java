package io.smolvlm.app.rest.chat;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.rest.Bodies;
import io.smolvlm.app.rest.Body;
import io.smolvlm.app.rest.Client;
import io.smolvlm.app.rest.EventStream;
import io.smolvlm.app.rest.ModelHost;
import io.smolvlm.app.rest.Replies;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.ask.Answer;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.json.Fields;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The conversation route.
@Path("/v1/chat/completions")
@ApplicationScoped
public class ChatCompletions {
  private final ModelHost host;
  private final Bodies bodies;
  private final ChatReader reader;
  private final Answers answers;
  private final ServiceConfig config;

  ChatCompletions(
      ModelHost host, Bodies bodies, ChatReader reader, Answers answers, ServiceConfig config) {
    this.host = host;
    this.bodies = bodies;
    this.reader = reader;
    this.answers = answers;
    this.config = config;
  }

  @POST
  @RunOnVirtualThread
  public @Nullable Response complete(@Context RoutingContext routing, InputStream in) {
    Client client = Client.of(routing);
    ServedModel model = host.model();
    ChatRequest request;
    Answers.Prepared prepared;
    try (Body body = bodies.read(routing, in)) {
      Fields fields = body.json();
      host.checkName(fields.text("model"));
      request = reader.read(fields, model);
      prepared = answers.prepare(request.ask(), model, client);
    }
    try (Answer answer = answers.submit(prepared.request(), model, client)) {
      if (!request.stream()) {
        return Replies.ok(new ChatAnswer(request, model).read(answer, prepared));
      }
      Replies.stream(
          routing,
          EventStream.events(routing, config.http().slowReader()),
          out ->
              new ChatStream(request, prepared, model, out)
                  .write(answer, config.http().keepAlive()));
      return null;
    }
  }

  /// How many tokens the prompt of a chat completion takes, pictures included.
  @POST
  @Path("/input_tokens")
  @RunOnVirtualThread
  public Response count(@Context RoutingContext routing, InputStream in) {
    Client client = Client.of(routing);
    ServedModel model = host.model();
    try (Body body = bodies.read(routing, in)) {
      Fields fields = body.json();
      host.checkName(fields.text("model"));
      var ask = reader.read(fields, model).ask();
      Answers.Prepared prepared = answers.prepare(ask, model, client);
      int tokens = prepared.request().prompt().length();
      return Replies.ok(Map.of("object", "response.input_tokens", "input_tokens", tokens));
    }
  }
}
