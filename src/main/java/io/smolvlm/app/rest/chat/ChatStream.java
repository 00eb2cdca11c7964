package io.smolvlm.app.rest.chat;

import io.smolvlm.app.rest.EventStream;
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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A chat completion in chunks: one that names the role as soon as the request is admitted, text as
/// it comes, one that says why it ended, one that counts if asked for, and the end mark. Between
/// them a comment when nothing else has been said for a while.
final class ChatStream {
  private static final String OBJECT = "chat.completion.chunk";

  private final ChatRequest request;
  private final Answers.Prepared prepared;
  private final ServedModel model;
  private final ChatEnvelope envelope;
  private final EventStream out;
  private final List<ToolCalls> calls = new ArrayList<>();
  private final boolean[] called;
  private final List<GenerationResult> results = new ArrayList<>();

  ChatStream(ChatRequest request, Answers.Prepared prepared, ServedModel model, EventStream out) {
    this.request = request;
    this.prepared = prepared;
    this.model = model;
    this.envelope = ChatEnvelope.of(model);
    this.out = out;
    int choices = request.ask().parameters().choices();
    this.called = new boolean[choices];
    for (int i = 0; i < choices; i++) {
      calls.add(new ToolCalls());
    }
  }

  /// Writes the answer to its end.
  ///
  /// @param keepAlive the longest silence
  void write(Answer answer, Duration keepAlive) {
    for (int i = 0; i < called.length; i++) {
      send(i, ChatShapes.Delta.BEGIN, null);
    }
    while (!answer.ended()) {
      switch (answer.next(keepAlive).orElse(null)) {
        case null -> out.keepAlive();
        case GenerationEvent.Token token -> token(token);
        case GenerationEvent.Finished end -> end(end, answer);
        default -> {}
      }
    }
    if (request.includeUsage()) {
      Map<String, @Nullable Object> chunk = envelope.object(OBJECT);
      chunk.put("choices", List.of());
      chunk.put("usage", Usage.of(results));
      out.data(chunk);
    }
    out.done();
  }

  private void token(GenerationEvent.Token token) {
    ChatShapes.Logprobs logprobs = logprobs(token);
    if (request.ask().tools().offered()) {
      pieces(token.choice(), calls.get(token.choice()).push(token.text()), logprobs);
    } else if (!token.text().isEmpty() || logprobs != null) {
      send(token.choice(), ChatShapes.Delta.text(token.text()), logprobs);
    }
  }

  private void pieces(
      int choice, List<ToolCalls.Piece> pieces, ChatShapes.@Nullable Logprobs logprobs) {
    if (pieces.isEmpty() && logprobs != null) {
      send(choice, ChatShapes.Delta.text(""), logprobs);
    }
    ChatShapes.Logprobs once = logprobs;
    for (ToolCalls.Piece piece : pieces) {
      switch (piece) {
        case ToolCalls.Piece.Content text -> send(choice, ChatShapes.Delta.text(text.text()), once);
        case ToolCalls.Piece.Call call when !request.ask().tools().takes(call.index()) -> {}
        case ToolCalls.Piece.Call call -> {
          called[choice] = true;
          send(
              choice,
              new ChatShapes.Delta(null, null, List.of(ChatAnswer.call(call, call.index()))),
              once);
        }
      }
      once = null;
    }
  }

  private void end(GenerationEvent.Finished end, Answer answer) {
    int choice = end.choice();
    if (request.ask().tools().offered()) {
      List<ToolCalls.Piece> rest = new ArrayList<>(calls.get(choice).push(end.rest()));
      rest.addAll(calls.get(choice).finish());
      pieces(choice, rest, null);
    } else if (!end.rest().isEmpty()) {
      send(choice, ChatShapes.Delta.text(end.rest()), null);
    }
    GenerationResult result = end.result();
    results.add(result);
    Map<String, @Nullable Object> chunk =
        chunk(
            new ChatShapes.ChunkChoice(
                choice,
                ChatShapes.Delta.END,
                null,
                called[choice] ? "tool_calls" : FinishReasons.label(result.finishReason()),
                FinishReasons.detail(result.finishReason())));
    chunk.put("timings", AnswerTimes.of(prepared, result));
    if (request.includeImageInfo() && answer.ended()) {
      chunk.put("images", ImageInfo.of(prepared));
    }
    out.data(chunk);
  }

  private ChatShapes.@Nullable Logprobs logprobs(GenerationEvent.Token token) {
    var tokenizer = model.model().tokenizer();
    boolean wanted = request.ask().parameters().topLogprobs() >= 0;
    return wanted && !tokenizer.isSpecial(token.id())
        ? new ChatShapes.Logprobs(List.of(TokenLogprob.of(token, tokenizer)), null)
        : null;
  }

  private void send(int choice, ChatShapes.Delta delta, ChatShapes.@Nullable Logprobs logprobs) {
    out.data(chunk(new ChatShapes.ChunkChoice(choice, delta, logprobs, null, null)));
  }

  private Map<String, @Nullable Object> chunk(ChatShapes.ChunkChoice choice) {
    Map<String, @Nullable Object> chunk = envelope.object(OBJECT);
    chunk.put("choices", List.of(choice));
    if (request.includeUsage()) {
      chunk.put("usage", null);
    }
    return chunk;
  }
}
