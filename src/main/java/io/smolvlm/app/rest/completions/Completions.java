package io.smolvlm.app.rest.completions;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.rest.Exchange;
import io.smolvlm.app.rest.Exchanges;
import io.smolvlm.app.rest.Refusals;
import io.smolvlm.app.rest.Replies;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.ask.Answer;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.models.engine.PreparedRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The route that continues texts, without a template.
@Path("/v1/completions")
@ApplicationScoped
public class Completions {
  private final Exchanges exchanges;
  private final CompletionReader reader;
  private final Answers answers;
  private final ServiceConfig config;

  Completions(Exchanges exchanges, CompletionReader reader, Answers answers, ServiceConfig config) {
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
    CompletionRequest request = exchange.json(fields -> reader.read(fields, model));
    List<PreparedRequest> prepared = new ArrayList<>();
    for (PlainPrompt prompt : request.prompts()) {
      prepared.add(prepare(prompt, request, model));
    }
    // The first is admitted before the answer begins, so that a full queue is a status.
    var first =
        new AtomicReference<@Nullable Answer>(answers.submit(prepared.getFirst(), exchange));
    IntFunction<Answer> each =
        i -> {
          Answer admitted = first.getAndSet(null);
          return admitted == null ? answers.submit(prepared.get(i), exchange) : admitted;
        };
    var run = new CompletionRun(request, model);
    if (!request.stream()) {
      return Replies.ok(run.read(each));
    }
    exchange.events(out -> run.write(each, out, config.http().keepAlive()));
    return null;
  }

  private static PreparedRequest prepare(
      PlainPrompt prompt, CompletionRequest request, ServedModel model) {
    PreparedRequest prepared = model.model().prepare(prompt.ids(), request.parameters());
    if (request.lengthAsked() && prepared.maxTokens() < request.parameters().maxTokens()) {
      throw Refusals.contextLength(
          model.contextLength(), prepared.prompt(), request.parameters().maxTokens());
    }
    return prepared;
  }
}
