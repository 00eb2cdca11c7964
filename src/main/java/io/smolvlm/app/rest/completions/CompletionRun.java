package io.smolvlm.app.rest.completions;

import io.smolvlm.app.rest.EventStream;
import io.smolvlm.app.rest.RequestId;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.ask.Answer;
import io.smolvlm.app.rest.ask.FinishReasons;
import io.smolvlm.app.rest.ask.TokenLogprob;
import io.smolvlm.app.rest.ask.Usage;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The answers to a request for completions: prompt after prompt, in one piece or in chunks.
final class CompletionRun {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CompletionRequest request;
  private final ServedModel model;
  private final String id = RequestId.fresh("cmpl-");
  private final long created = Instant.now().getEpochSecond();
  private final List<Usage> usages = new ArrayList<>();

  CompletionRun(CompletionRequest request, ServedModel model) {
    this.request = request;
    this.model = model;
  }

  /// @param answers admits the answer to a prompt
  Map<String, @Nullable Object> read(IntFunction<Answer> answers) {
    List<CompletionShapes.Choice> choices = new ArrayList<>();
    for (int prompt = 0; prompt < request.prompts().size(); prompt++) {
      try (Answer answer = answers.apply(prompt)) {
        choices.addAll(read(prompt, answer));
      }
    }
    Map<String, @Nullable Object> object = object();
    object.put("choices", choices);
    object.put("usage", Usage.sum(usages));
    return object;
  }

  private List<CompletionShapes.Choice> read(int prompt, Answer answer) {
    int choices = request.parameters().choices();
    List<List<TokenLogprob>> logprobs = new ArrayList<>();
    List<GenerationEvent.Finished> ends = new ArrayList<>();
    for (int i = 0; i < choices; i++) {
      logprobs.add(new ArrayList<>());
    }
    while (!answer.ended()) {
      switch (answer.next(PATIENCE).orElse(null)) {
        case GenerationEvent.Token token -> {
          if (request.parameters().topLogprobs() >= 0) {
            logprobs.get(token.choice()).add(logprob(token));
          }
        }
        case GenerationEvent.Finished end -> ends.add(end);
        case null, default -> {}
      }
    }
    ends.sort(java.util.Comparator.comparingInt(GenerationEvent.Finished::choice));
    List<GenerationResult> results = ends.stream().map(GenerationEvent.Finished::result).toList();
    usages.add(Usage.of(results));
    List<CompletionShapes.Choice> list = new ArrayList<>();
    for (int i = 0; i < choices; i++) {
      GenerationResult result = results.get(i);
      list.add(
          new CompletionShapes.Choice(
              prompt * choices + i,
              (request.echo() ? request.prompts().get(prompt).text() : "") + result.text(),
              request.parameters().topLogprobs() < 0
                  ? null
                  : CompletionShapes.Logprobs.of(logprobs.get(i), 0),
              FinishReasons.label(result.finishReason())));
    }
    return list;
  }

  /// @param keepAlive the longest silence
  void write(IntFunction<Answer> answers, EventStream out, Duration keepAlive) {
    for (int prompt = 0; prompt < request.prompts().size(); prompt++) {
      try (Answer answer = answers.apply(prompt)) {
        write(prompt, answer, out, keepAlive);
      }
    }
    if (request.includeUsage()) {
      Map<String, @Nullable Object> chunk = object();
      chunk.put("choices", List.of());
      chunk.put("usage", Usage.sum(usages));
      out.data(chunk);
    }
    out.done();
  }

  private void write(int prompt, Answer answer, EventStream out, Duration keepAlive) {
    int choices = request.parameters().choices();
    int[] offsets = new int[choices];
    List<GenerationResult> results = new ArrayList<>();
    if (request.echo()) {
      String text = request.prompts().get(prompt).text();
      for (int i = 0; i < choices; i++) {
        send(out, new CompletionShapes.Choice(prompt * choices + i, text, null, null));
      }
    }
    while (!answer.ended()) {
      switch (answer.next(keepAlive).orElse(null)) {
        case null -> out.keepAlive();
        case GenerationEvent.Token token -> {
          boolean wanted = request.parameters().topLogprobs() >= 0;
          if (wanted || !token.text().isEmpty()) {
            CompletionShapes.Logprobs logprobs =
                wanted
                    ? CompletionShapes.Logprobs.of(List.of(logprob(token)), offsets[token.choice()])
                    : null;
            offsets[token.choice()] += token.text().length();
            send(
                out,
                new CompletionShapes.Choice(
                    prompt * choices + token.choice(), token.text(), logprobs, null));
          }
        }
        case GenerationEvent.Finished end -> {
          results.add(end.result());
          send(
              out,
              new CompletionShapes.Choice(
                  prompt * choices + end.choice(),
                  end.rest(),
                  null,
                  FinishReasons.label(end.result().finishReason())));
        }
        default -> {}
      }
    }
    usages.add(Usage.of(results));
  }

  private TokenLogprob logprob(GenerationEvent.Token token) {
    return TokenLogprob.of(token, model.model().tokenizer());
  }

  private void send(EventStream out, CompletionShapes.Choice choice) {
    Map<String, @Nullable Object> chunk = object();
    chunk.put("choices", List.of(choice));
    if (request.includeUsage()) {
      chunk.put("usage", null);
    }
    out.data(chunk);
  }

  private Map<String, @Nullable Object> object() {
    var object = new LinkedHashMap<String, @Nullable Object>();
    object.put("id", id);
    object.put("object", "text_completion");
    object.put("created", created);
    object.put("model", model.id());
    object.put("system_fingerprint", model.fingerprint());
    return object;
  }
}
