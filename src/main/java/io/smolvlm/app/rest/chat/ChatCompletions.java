package io.smolvlm.app.rest.chat;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.rest.Exchange;
import io.smolvlm.app.rest.Exchanges;
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
  private final Exchanges exchanges;
  private final ChatReader reader;
  private final Answers answers;
  private final ServiceConfig config;

  ChatCompletions(Exchanges exchanges, ChatReader reader, Answers answers, ServiceConfig config) {
    this.exchanges = exchanges;
    this.reader = reader;
    this.answers = answers;
    this.config = config;
  }

  @POST
  @RunOnVirtualThread
  public @Nullable Response complete(@Context RoutingContext routing, InputStream in) {
    Exchange exchange = exchanges.open(routing, in);
    ServedModel model = exchange.model();
    Question question = exchange.json(fields -> read(fields, exchange));
    ChatRequest request = question.request();
    Answers.Prepared prepared = question.prepared();
    try (Answer answer = answers.submit(prepared.request(), exchange)) {
      if (!request.stream()) {
        return Replies.ok(new ChatAnswer(request, model).read(answer, prepared));
      }
      exchange.events(out ->
          new ChatStream(request, prepared, model, out).write(answer, config.http().keepAlive()));
      return null;
    }
  }

  /// How many tokens the prompt of a chat completion takes, pictures included.
  @POST
  @Path("/input_tokens")
  @RunOnVirtualThread
  public Response count(@Context RoutingContext routing, InputStream in) {
    Exchange exchange = exchanges.open(routing, in);
    Question question = exchange.json(fields -> read(fields, exchange));
    int tokens = question.prepared().request().prompt().length();
    return Replies.ok(Map.of("object", "response.input_tokens", "input_tokens", tokens));
  }

  private Question read(Fields fields, Exchange exchange) {
    ChatRequest request = reader.read(fields, exchange.model());
    return new Question(request, answers.prepare(request.ask(), exchange));
  }

  private record Question(ChatRequest request, Answers.Prepared prepared) {}
}
