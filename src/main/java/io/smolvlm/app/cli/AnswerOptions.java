package io.smolvlm.app.cli;

import io.smolvlm.language.Message;
import io.smolvlm.language.SamplingParameters;
import io.smolvlm.language.tools.Tool;
import io.smolvlm.language.tools.ToolPrompt;
import io.smolvlm.models.engine.AnswerParameters;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.vision.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How to answer.
final class AnswerOptions {
  @Mixin PictureOptions pictures = new PictureOptions();

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "What the model is told before the conversation.")
  @Nullable String system;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description =
          "Most tokens of an answer; default: " + AnswerParameters.DEFAULT_MAX_TOKENS + ".")
  int maxTokens = AnswerParameters.DEFAULT_MAX_TOKENS;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 (default) takes the likeliest token, higher values vary, up to 2.")
  float temperature;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Choose among the likeliest tokens that reach this probability together.")
  float topP = 1;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Choose among the K likeliest tokens; 0 (default): all.")
  int topK;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Drop tokens below this share of the likeliest one's probability.")
  float minP;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the random choice; the same seed gives the same answer. Default: 0.")
  long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "Ends the answer and is no part of it; may be given several times.")
  List<String> stop = List.of();

  @Option(names = "--json", description = "Print one JSON object a result.")
  boolean json;

  /// One question as a request.
  GenerationRequest request(QuestionArguments.Question question, LoadedModel loaded) {
    int longestEdge = loaded.longestEdge(pictures.options());
    return request(List.of(question.message()), question.images(longestEdge));
  }

  /// The conversation as a request; the system prompt comes first.
  GenerationRequest request(List<Message> conversation, List<RgbImage> images) {
    return request(conversation, images, List.of());
  }

  /// The conversation as a request; what shows the tools comes first, then the system prompt.
  GenerationRequest request(List<Message> conversation, List<RgbImage> images, List<Tool> tools) {
    var messages = new ArrayList<Message>();
    String head =
        Stream.of(tools.isEmpty() ? null : ToolPrompt.systemText(tools), system)
            .filter(Objects::nonNull)
            .collect(Collectors.joining("\n\n"));
    if (!head.isEmpty()) {
      messages.add(Message.text("system", head));
    }
    messages.addAll(conversation);
    return GenerationRequest.of(messages, images)
        .withImageOptions(pictures.options())
        .withSampling(sampling())
        .withMaxTokens(maxTokens)
        .withStop(stop);
  }

  private SamplingParameters sampling() {
    SamplingParameters none = SamplingParameters.GREEDY;
    return new SamplingParameters(
        temperature,
        topK,
        topP,
        minP,
        none.repetitionPenalty(),
        none.presencePenalty(),
        none.frequencyPenalty(),
        none.noRepeatNgram(),
        seed);
  }
}
