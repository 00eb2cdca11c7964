package io.smolvlm.app.rest.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.UnknownFields;
import io.smolvlm.app.rest.ask.Ask;
import io.smolvlm.app.rest.ask.Conversation;
import io.smolvlm.app.rest.ask.FormatReader;
import io.smolvlm.app.rest.ask.MessageReader;
import io.smolvlm.app.rest.ask.ParametersReader;
import io.smolvlm.app.rest.ask.PictureBudget;
import io.smolvlm.app.rest.ask.ToolReader;
import io.smolvlm.app.rest.ask.ToolUse;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.language.grammar.AnswerGrammar;
import io.smolvlm.language.tools.ToolPrompt;
import io.smolvlm.models.engine.AnswerParameters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads a request for a response: `input` is a text or a list of items, which become the messages
/// of a conversation.
@ApplicationScoped
public class ResponseReader {
  private static final String[] WITHOUT_EFFECT = {
    "model",
    "user",
    "store",
    "service_tier",
    "include",
    "truncation",
    "reasoning",
    "prompt_cache_key",
    "safety_identifier",
    "max_tool_calls",
    "stream_options"
  };

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ServiceConfig config;
  private final UnknownFields unknown;

  ResponseReader(ServiceConfig config, UnknownFields unknown) {
    this.config = config;
    this.unknown = unknown;
  }

  ResponseRequest read(Fields fields, ServedModel model) {
    var parameters = new ParametersReader(fields, config.answers(), model);
    parameters.refuse("previous_response_id", "conversation", "prompt", "n");
    if (fields.flag("background", false)) {
      throw fields.invalid("background", "background is not supported; leave it out.");
    }
    boolean stream = fields.flag("stream", false);
    AnswerParameters.Builder answer = parameters.read("max_output_tokens");
    answer.topLogprobs(-1);
    fields.integer("top_logprobs", 0, 20);
    var toolReader = new ToolReader(fields);
    ToolUse tools = toolReader.read(config.answers().tools());
    var formats = new FormatReader(model);
    Optional<AnswerGrammar> grammar =
        fields
            .object("text")
            .flatMap(text -> text.object("format"))
            .flatMap(format -> formats.read(format, true));
    toolReader.refuseBeside(tools, grammar.isPresent());
    if (tools.forced()) {
      grammar = Optional.of(formats.calls(tools));
    }
    var messages = new MessageReader(config);
    Conversation conversation = messages.read(Fields.of(messages(fields)), "input");
    String instructions = fields.text("instructions").orElse(null);
    if (instructions != null) {
      conversation = conversation.withSystem(instructions);
    }
    if (tools.offered()) {
      conversation = conversation.withSystem(ToolPrompt.systemText(tools.tools()));
    }
    AnswerParameters built = answer.grammar(grammar.orElse(null)).build();
    var ask =
        new Ask(
            conversation,
            PictureBudget.read(fields, config.pictures(), model, messages.low()),
            built,
            parameters.asked("max_output_tokens").isPresent(),
            tools);
    var request = new ResponseRequest(ask, stream, echo(fields, instructions, built));
    fields.ignore(WITHOUT_EFFECT);
    unknown.check(fields, "/v1/responses");
    return request;
  }

  private ResponseRequest.Echo echo(
      Fields fields, @Nullable String instructions, AnswerParameters parameters) {
    var asked = fields.integer("max_output_tokens", 1, config.answers().maxTokensLimit());
    ObjectNode text = NODES.objectNode();
    text.set("format", NODES.objectNode().put("type", "text"));
    return new ResponseRequest.Echo(
        instructions,
        asked.isPresent() ? (int) asked.getAsLong() : null,
        or(fields.object("metadata").map(Fields::node).orElse(null), NODES.objectNode()),
        or(fields.get("tools"), NODES.arrayNode()),
        or(fields.get("tool_choice"), NODES.textNode("auto")),
        fields.flag("parallel_tool_calls", true),
        parameters.sampling().temperature(),
        parameters.sampling().topP(),
        or(fields.get("text"), text));
  }

  private static JsonNode or(@Nullable JsonNode given, JsonNode absent) {
    return given == null ? absent : given;
  }

  /// The input as messages of chat completions: items with or without `type: message`; calls of
  /// functions and what they gave become turns of the assistant and of the tool.
  private static ObjectNode messages(Fields fields) {
    JsonNode input = fields.get("input");
    if (input == null) {
      throw fields.missing("input");
    }
    ArrayNode messages = NODES.arrayNode();
    if (input.isTextual()) {
      messages.add(NODES.objectNode().put("role", "user").set("content", input));
    } else {
      for (JsonNode item :
          Fields.list(
              input, "input", 100_000, io.smolvlm.app.rest.ApiError.INVALID_VALUE, (n, p) -> n)) {
        messages.add(message(item));
      }
    }
    return NODES.objectNode().set("input", messages);
  }

  private static JsonNode message(JsonNode item) {
    return switch (item.path("type").asText("message")) {
      case "function_call" -> call(item);
      case "function_call_output" -> {
        ObjectNode tool = NODES.objectNode().put("role", "tool");
        copy(item, "call_id", tool, "tool_call_id");
        copy(item, "output", tool, "content");
        yield tool;
      }
      default -> item;
    };
  }

  private static ObjectNode call(JsonNode item) {
    ObjectNode function = NODES.objectNode();
    copy(item, "name", function, "name");
    copy(item, "arguments", function, "arguments");
    ObjectNode call = NODES.objectNode().put("type", "function");
    copy(item, "call_id", call, "id");
    call.set("function", function);
    ObjectNode message = NODES.objectNode().put("role", "assistant");
    message.set("tool_calls", NODES.arrayNode().add(call));
    return message;
  }

  private static void copy(JsonNode from, String name, ObjectNode to, String as) {
    JsonNode value = from.get(name);
    if (value != null) {
      to.set(as, value);
    }
  }
}
