package io.smolvlm.app.rest.responses;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.rest.Client;
import io.smolvlm.app.rest.ErrorBody;
import io.smolvlm.app.rest.Exchange;
import io.smolvlm.app.rest.Exchanges;
import io.smolvlm.app.rest.Refusals;
import io.smolvlm.app.rest.Replies;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.ask.Answer;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.ask.ToolUse;
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
  private final Exchanges exchanges;
  private final ResponseReader reader;
  private final Answers answers;
  private final ServiceConfig config;

  Responses(Exchanges exchanges, ResponseReader reader, Answers answers, ServiceConfig config) {
    this.exchanges = exchanges;
    this.reader = reader;
    this.answers = answers;
    this.config = config;
  }

  @POST
  @RunOnVirtualThread
  public @Nullable Response respond(@Context RoutingContext routing, InputStream in) {
    Exchange exchange = exchanges.open(routing, in);
    ServedModel model = exchange.model();
    Client client = exchange.client();
    Question question =
        exchange.json(fields -> {
          ResponseRequest read = reader.read(fields, model);
          return new Question(read, answers.prepare(read.ask(), exchange));
        });
    ResponseRequest request = question.request();
    Answers.Prepared prepared = question.prepared();
    var draft = new ResponseDraft(request, model);
    ToolUse tools = request.ask().tools();
    try (Answer answer = answers.submit(prepared.request(), exchange)) {
      if (!request.stream()) {
        var events = new ResponseEvents(draft, tools, null);
        return Replies.ok(events.read(answer, prepared, config.http().keepAlive()));
      }
      exchange.events(
          out -> write(new ResponseEvents(draft, tools, out), answer, prepared, client));
      return null;
    }
  }

  private record Question(ResponseRequest request, Answers.Prepared prepared) {}

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
