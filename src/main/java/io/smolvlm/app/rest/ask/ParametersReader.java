package io.smolvlm.app.rest.ask;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.app.config.AnswerSettings;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.language.SamplingParameters;
import io.smolvlm.models.engine.AnswerParameters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Reads how an answer is to be made: the fields that chat completions, completions, responses and
/// captions share, in the names of OpenAI and, for what OpenAI does not have, of vLLM.
public final class ParametersReader {
  private static final int MAX_STOP_TOKENS = 64;

  private final Fields fields;
  private final AnswerSettings limits;
  private final ServedModel model;

  public ParametersReader(Fields fields, AnswerSettings limits, ServedModel model) {
    this.fields = fields;
    this.limits = limits;
    this.model = model;
  }

  /// All but grammar, and log-probabilities, which the routes ask for in different ways.
  ///
  /// @param lengthNames the fields that limit the answer's tokens; the smallest counts
  public AnswerParameters.Builder read(String... lengthNames) {
    int choices = (int) fields.integer("n", 1, limits.choices()).orElse(1);
    int maxTokens = (int) asked(lengthNames).orElse(limits.maxTokens());
    return AnswerParameters.DEFAULT.toBuilder()
        .sampling(sampling())
        .maxTokens(maxTokens)
        .minTokens((int) fields.integer("min_tokens", 0, maxTokens).orElse(0))
        .stop(stop())
        .stopTokenIds(stopTokens())
        .ignoreEos(fields.flag("ignore_eos", false))
        .logitBias(logitBias())
        .choices(choices);
  }

  /// The tokens that a request asked for; empty when it left that to us.
  public OptionalLong asked(String... lengthNames) {
    OptionalLong smallest = OptionalLong.empty();
    for (String name : lengthNames) {
      OptionalLong value = fields.integer(name, 1, limits.maxTokensLimit());
      if (value.isPresent() && (smallest.isEmpty() || value.getAsLong() < smallest.getAsLong())) {
        smallest = value;
      }
    }
    return smallest;
  }

  private SamplingParameters sampling() {
    long topK = fields.integer("top_k", -1, Integer.MAX_VALUE).orElse(0);
    return new SamplingParameters(
        real("temperature", 0, 2, 0),
        (int) Math.max(topK, 0),
        real("top_p", Float.MIN_VALUE, 1, 1),
        real("min_p", 0, 1, 0),
        real("repetition_penalty", Float.MIN_VALUE, 100, 1),
        real("presence_penalty", -2, 2, 0),
        real("frequency_penalty", -2, 2, 0),
        0,
        fields
            .integer("seed", Long.MIN_VALUE, Long.MAX_VALUE)
            .orElseGet(() -> ThreadLocalRandom.current().nextLong()));
  }

  private float real(String name, double low, double high, double absent) {
    float value = (float) fields.number(name, low, high).orElse(absent);
    // A double above 0 may be a float of 0.
    return low > 0 ? Math.max(value, Float.MIN_NORMAL) : value;
  }

  private List<String> stop() {
    JsonNode stop = fields.get("stop");
    if (stop == null) {
      return List.of();
    }
    String path = fields.path("stop");
    if (stop.isTextual()) {
      return List.of(stopText(stop, path));
    }
    if (!stop.isArray()) {
      throw Fields.type(path, "a string or a list of strings", stop);
    }
    return Fields.list(stop, path, limits.stops(), ApiError.INVALID_VALUE, this::stopText);
  }

  private String stopText(JsonNode node, String path) {
    String text = Fields.text(node, path);
    if (text.isEmpty() || text.length() > limits.stopLength()) {
      throw new ApiException(
          ApiError.INVALID_VALUE,
          path,
          path
              + " must have 1 to "
              + limits.stopLength()
              + " characters; it has "
              + text.length()
              + ".");
    }
    return text;
  }

  private Set<Integer> stopTokens() {
    return new HashSet<>(
        fields
            .list(
                "stop_token_ids",
                MAX_STOP_TOKENS,
                (node, path) -> (int) Fields.integer(node, path, 0, model.vocabularySize() - 1L))
            .orElse(List.of()));
  }

  private Map<Integer, Float> logitBias() {
    Fields bias = fields.object("logit_bias").orElse(null);
    if (bias == null) {
      return Map.of();
    }
    if (bias.node().size() > limits.logitBias()) {
      throw fields.invalid(
          "logit_bias",
          "logit_bias may hold "
              + limits.logitBias()
              + " entries; it holds "
              + bias.node().size()
              + ".");
    }
    Map<Integer, Float> byId = new HashMap<>();
    for (String name : names(bias)) {
      JsonNode value = bias.get(name);
      if (value != null) {
        byId.put(tokenId(name), (float) Fields.number(value, "logit_bias", -100, 100));
      }
    }
    return byId;
  }

  private static List<String> names(Fields object) {
    List<String> names = new ArrayList<>();
    object.node().fieldNames().forEachRemaining(names::add);
    return names;
  }

  private int tokenId(String name) {
    int size = model.vocabularySize();
    if (name.matches("[0-9]{1,9}") && Integer.parseInt(name) < size) {
      return Integer.parseInt(name);
    }
    throw fields.invalid(
        "logit_bias", "The keys of logit_bias are token ids from 0 to " + (size - 1) + ".");
  }

  /// Refuses fields that would change the answer in a way that is not offered.
  public void refuse(String... names) {
    for (String name : names) {
      @Nullable JsonNode value = fields.get(name);
      boolean asks = value != null && !(value.isContainerNode() && value.isEmpty());
      if (asks) {
        throw new ApiException(
            ApiError.UNSUPPORTED_PARAMETER,
            fields.path(name),
            fields.path(name) + " is not supported.");
      }
    }
  }
}
