package io.smolvlm.app.rest.chat;

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

/// The fields of a chat completion to a valid request, once; nothing behind this sees JSON.
@ApplicationScoped
public class ChatReader {
  private static final String[] LENGTHS = {"max_tokens", "max_completion_tokens"};

  /// What clients send that has no effect on an answer here, and need not be counted as unknown.
  private static final String[] WITHOUT_EFFECT = {
    "user",
    "metadata",
    "store",
    "service_tier",
    "prompt_cache_key",
    "safety_identifier",
    "reasoning_effort",
    "verbosity",
    "modalities",
    "chat_template_kwargs",
    "prediction"
  };

  private static final String[] NOT_OFFERED = {
    "functions", "function_call", "audio", "web_search_options"
  };

  private final ServiceConfig config;
  private final UnknownFields unknown;

  ChatReader(ServiceConfig config, UnknownFields unknown) {
    this.config = config;
    this.unknown = unknown;
  }

  /// @throws io.smolvlm.app.rest.ApiException naming the field that is at fault
  public ChatRequest read(Fields fields, ServedModel model) {
    boolean stream = fields.flag("stream", false);
    Fields options = fields.object("stream_options").orElse(null);
    boolean usage = options != null && options.flag("include_usage", false);
    boolean info = fields.flag("include_image_info", false);
    Ask ask = ask(fields, model);
    fields.ignore(WITHOUT_EFFECT);
    unknown.check(fields, "/v1/chat/completions");
    return new ChatRequest(ask, stream, usage, info);
  }

  /// The question alone.
  public Ask ask(Fields fields, ServedModel model) {
    fields.ignore("model");
    var parameters = new ParametersReader(fields, config.answers(), model);
    parameters.refuse(NOT_OFFERED);
    AnswerParameters.Builder answer = parameters.read(LENGTHS).topLogprobs(logprobs(fields));
    var toolReader = new ToolReader(fields);
    ToolUse tools = toolReader.read(config.answers().tools());
    var formats = new FormatReader(model);
    Optional<AnswerGrammar> grammar =
        fields.object("response_format").flatMap(format -> formats.read(format, false));
    toolReader.refuseBeside(tools, grammar.isPresent());
    if (tools.forced()) {
      grammar = Optional.of(formats.calls(tools));
    }
    var messages = new MessageReader(config);
    Conversation conversation = messages.read(fields, "messages");
    if (tools.offered()) {
      conversation = conversation.withSystem(ToolPrompt.systemText(tools.tools()));
    }
    return new Ask(
        conversation,
        PictureBudget.read(fields, config.pictures(), model, messages.low()),
        answer.grammar(grammar.orElse(null)).build(),
        parameters.asked(LENGTHS).isPresent(),
        tools);
  }

  private static int logprobs(Fields fields) {
    boolean wanted = fields.flag("logprobs", false);
    int top = (int) fields.integer("top_logprobs", 0, 20).orElse(0);
    if (!wanted && top > 0) {
      throw fields.invalid("top_logprobs", "top_logprobs needs logprobs to be true.");
    }
    return wanted ? top : -1;
  }
}
