package io.smolvlm.app.rest.completions;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.UnknownFields;
import io.smolvlm.app.rest.ask.ParametersReader;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.models.engine.AnswerParameters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/// Reads a request to continue texts.
@ApplicationScoped
public class CompletionReader {
  private static final int MOST_PROMPTS = 16;

  /// OpenAI's default of this route.
  private static final int USUAL_LENGTH = 16;

  private final ServiceConfig config;
  private final UnknownFields unknown;

  CompletionReader(ServiceConfig config, UnknownFields unknown) {
    this.config = config;
    this.unknown = unknown;
  }

  CompletionRequest read(Fields fields, ServedModel model) {
    fields.ignore("model", "user");
    boolean stream = fields.flag("stream", false);
    Fields options = fields.object("stream_options").orElse(null);
    boolean usage = options != null && options.flag("include_usage", false);
    boolean echo = fields.flag("echo", false);
    var reader = new ParametersReader(fields, config.answers(), model);
    reader.refuse("suffix");
    int logprobs = (int) fields.integer("logprobs", 0, 20).orElse(-1);
    if (echo && logprobs >= 0) {
      throw new ApiException(
          ApiError.UNSUPPORTED_PARAMETER, "echo", "echo and logprobs cannot be used together.");
    }
    AnswerParameters.Builder parameters = reader.read("max_tokens").topLogprobs(logprobs);
    boolean asked = reader.asked("max_tokens").isPresent();
    if (!asked) {
      parameters.maxTokens(
          (int) Math.max(USUAL_LENGTH, fields.integer("min_tokens", 0, 1 << 20).orElse(0)));
    }
    AnswerParameters built = parameters.build();
    if (fields.integer("best_of", 1, 128).orElse(built.choices()) != built.choices()) {
      throw new ApiException(
          ApiError.UNSUPPORTED_PARAMETER, "best_of", "best_of other than n is not supported.");
    }
    var request = new CompletionRequest(prompts(fields, model), built, echo, asked, stream, usage);
    unknown.check(fields, "/v1/completions");
    return request;
  }

  private static List<PlainPrompt> prompts(Fields fields, ServedModel model) {
    JsonNode prompt = fields.get("prompt");
    if (prompt == null) {
      throw fields.missing("prompt");
    }
    if (prompt.isTextual()) {
      return List.of(text(prompt, "prompt", model));
    }
    if (!prompt.isArray()) {
      throw Fields.type("prompt", "a string, or a list of strings or token ids", prompt);
    }
    if (prompt.isEmpty()) {
      throw fields.invalid("prompt", "prompt must not be empty.");
    }
    if (prompt.get(0).isNumber()) {
      return List.of(ids(prompt, "prompt", model));
    }
    return Fields.list(
        prompt,
        "prompt",
        MOST_PROMPTS,
        ApiError.INVALID_VALUE,
        (node, path) -> node.isArray() ? ids(node, path, model) : text(node, path, model));
  }

  /// Control tokens in a text are text; who means the tokens gives ids.
  private static PlainPrompt text(JsonNode node, String path, ServedModel model) {
    String text = Fields.text(node, path);
    if (text.isEmpty()) {
      throw new ApiException(ApiError.INVALID_VALUE, path, path + " must not be empty.");
    }
    long least = model.leastTokens(text.length());
    if (least >= model.contextLength()) {
      throw new ApiException(
          ApiError.CONTEXT_LENGTH_EXCEEDED,
          path,
          "This model's maximum context length is "
              + model.contextLength()
              + " tokens; the prompt takes at least "
              + least
              + ".");
    }
    return new PlainPrompt(text, model.model().tokenizer().encodePlain(text));
  }

  private static PlainPrompt ids(JsonNode node, String path, ServedModel model) {
    List<Integer> ids =
        Fields.list(
            node,
            path,
            1 << 20,
            ApiError.INVALID_VALUE,
            (id, place) -> (int) Fields.integer(id, place, 0, model.vocabularySize() - 1L));
    if (ids.isEmpty()) {
      throw new ApiException(ApiError.INVALID_VALUE, path, path + " must not be empty.");
    }
    int[] array = ids.stream().mapToInt(Integer::intValue).toArray();
    return new PlainPrompt(model.model().tokenizer().decode(array), array);
  }
}
