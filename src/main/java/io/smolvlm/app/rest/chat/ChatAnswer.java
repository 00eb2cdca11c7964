package io.smolvlm.app.rest.chat;

import io.smolvlm.app.rest.RequestId;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.ask.Answer;
import io.smolvlm.app.rest.ask.AnswerTimes;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.ask.FinishReasons;
import io.smolvlm.app.rest.ask.ImageInfo;
import io.smolvlm.app.rest.ask.TokenLogprob;
import io.smolvlm.app.rest.ask.Usage;
import io.smolvlm.language.tools.ToolCalls;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A chat completion in one piece.
final class ChatAnswer {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ChatRequest request;
  private final ServedModel model;
  private final List<List<TokenLogprob>> logprobs = new ArrayList<>();
  private final @Nullable GenerationResult[] results;

  ChatAnswer(ChatRequest request, ServedModel model) {
    this.request = request;
    this.model = model;
    int choices = request.ask().parameters().choices();
    this.results = new GenerationResult[choices];
    for (int i = 0; i < choices; i++) {
      logprobs.add(new ArrayList<>());
    }
  }

  /// Waits for the answer.
  Map<String, @Nullable Object> read(Answer answer, Answers.Prepared prepared) {
    ChatEnvelope envelope = ChatEnvelope.of(model);
    while (!answer.ended()) {
      switch (answer.next(PATIENCE).orElse(null)) {
        case GenerationEvent.Token token -> note(token);
        case GenerationEvent.Finished end -> results[end.choice()] = end.result();
        case null, default -> {}
      }
    }
    List<GenerationResult> ended = Arrays.stream(results).map(r -> r).toList();
    List<ChatShapes.Choice> choices = new ArrayList<>();
    for (int i = 0; i < ended.size(); i++) {
      choices.add(choice(i, ended.get(i)));
    }
    Map<String, @Nullable Object> object = envelope.object("chat.completion");
    object.put("choices", choices);
    object.put("usage", Usage.of(ended));
    object.put("timings", AnswerTimes.of(prepared, ended.getFirst()));
    if (request.includeImageInfo()) {
      object.put("images", ImageInfo.of(prepared));
    }
    return object;
  }

  private void note(GenerationEvent.Token token) {
    boolean wanted = request.ask().parameters().topLogprobs() >= 0;
    if (wanted && !model.model().tokenizer().isSpecial(token.id())) {
      logprobs.get(token.choice()).add(TokenLogprob.of(token, model.model().tokenizer()));
    }
  }

  private ChatShapes.Choice choice(int index, GenerationResult result) {
    boolean wanted = request.ask().parameters().topLogprobs() >= 0;
    var content = new StringBuilder();
    List<ChatShapes.Call> calls = new ArrayList<>();
    if (request.ask().tools().offered()) {
      var reader = new ToolCalls();
      List<ToolCalls.Piece> pieces = new ArrayList<>(reader.push(result.text()));
      pieces.addAll(reader.finish());
      for (ToolCalls.Piece piece : pieces) {
        switch (piece) {
          case ToolCalls.Piece.Content text -> content.append(text.text());
          case ToolCalls.Piece.Call call -> {
            if (request.ask().tools().takes(call.index())) {
              calls.add(call(call, null));
            }
          }
        }
      }
    } else {
      content.append(result.text());
    }
    boolean called = !calls.isEmpty();
    return new ChatShapes.Choice(
        index,
        new ChatShapes.Message(
            "assistant",
            called && content.toString().isBlank() ? null : content.toString(),
            null,
            called ? calls : null),
        wanted ? new ChatShapes.Logprobs(logprobs.get(index), null) : null,
        called ? "tool_calls" : FinishReasons.label(result.finishReason()),
        FinishReasons.detail(result.finishReason()));
  }

  static ChatShapes.Call call(ToolCalls.Piece.Call piece, @Nullable Integer index) {
    return new ChatShapes.Call(
        index,
        RequestId.fresh("call_"),
        "function",
        new ChatShapes.Function(piece.call().name(), piece.call().arguments()));
  }
}
