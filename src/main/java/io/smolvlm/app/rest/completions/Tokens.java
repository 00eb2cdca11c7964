package io.smolvlm.app.rest.completions;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.Exchange;
import io.smolvlm.app.rest.Exchanges;
import io.smolvlm.app.rest.Replies;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.UnknownFields;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.chat.ChatReader;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.language.Tokenizer;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Text to tokens and back, in vLLM's shape.
@Path("/")
@ApplicationScoped
public class Tokens {
  private final Exchanges exchanges;
  private final ChatReader chats;
  private final Answers answers;
  private final UnknownFields unknown;

  Tokens(Exchanges exchanges, ChatReader chats, Answers answers, UnknownFields unknown) {
    this.exchanges = exchanges;
    this.chats = chats;
    this.answers = answers;
    this.unknown = unknown;
  }

  @SuppressWarnings("ArrayRecordComponent") // written once, never compared
  record Tokenized(
      int count,
      int maxModelLen,
      int[] tokens,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<String> tokenStrs) {}

  /// A text, or the messages of a chat completion with their pictures.
  @POST
  @Path("/tokenize")
  @RunOnVirtualThread
  public Response tokenize(@Context RoutingContext routing, InputStream in) {
    Exchange exchange = exchanges.open(routing, in);
    ServedModel model = exchange.model();
    return exchange.json(fields -> {
      boolean strings = fields.flag("return_token_strs", false);
      int[] ids = ids(fields, exchange);
      return Replies.ok(
          new Tokenized(
              ids.length,
              model.contextLength(),
              ids,
              strings ? strings(ids, model.model().tokenizer()) : null));
    });
  }

  private int[] ids(Fields fields, Exchange exchange) {
    if (fields.has("messages")) {
      if (!fields.flag("add_generation_prompt", true)) {
        throw new ApiException(
            ApiError.UNSUPPORTED_PARAMETER,
            "add_generation_prompt",
            "Messages are always followed by the beginning of an answer.");
      }
      return answers
          .prepare(chats.ask(fields, exchange.model()), exchange)
          .request()
          .prompt()
          .ids();
    }
    // Models of the family put no tokens around a text.
    fields.flag("add_special_tokens", true);
    String prompt = fields.needText("prompt");
    unknown.check(fields, "/tokenize");
    if (prompt.length() > Tokenizer.MAX_CHARACTERS) {
      throw fields.invalid(
          "prompt", "prompt may hold " + Tokenizer.MAX_CHARACTERS + " characters.");
    }
    return exchange.model().model().tokenizer().encodePlain(prompt);
  }

  private static List<String> strings(int[] ids, Tokenizer tokenizer) {
    return Arrays.stream(ids)
        .mapToObj(id -> new String(tokenizer.bytesOf(id), StandardCharsets.UTF_8))
        .toList();
  }

  @POST
  @Path("/detokenize")
  @RunOnVirtualThread
  public Response detokenize(@Context RoutingContext routing, InputStream in) {
    Exchange exchange = exchanges.open(routing, in);
    ServedModel model = exchange.model();
    return exchange.json(fields -> detokenize(fields, model));
  }

  private Response detokenize(Fields fields, ServedModel model) {
    int[] ids =
        fields
            .list(
                "tokens",
                1 << 20,
                (node, path) -> (int) Fields.integer(node, path, 0, model.vocabularySize() - 1L))
            .orElseThrow(() -> fields.missing("tokens"))
            .stream()
            .mapToInt(Integer::intValue)
            .toArray();
    unknown.check(fields, "/detokenize");
    return Replies.ok(Map.of("prompt", model.model().tokenizer().decode(ids)));
  }
}
