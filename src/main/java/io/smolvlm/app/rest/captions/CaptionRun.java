package io.smolvlm.app.rest.captions;

import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.Client;
import io.smolvlm.app.rest.Exchange;
import io.smolvlm.app.rest.Refusals;
import io.smolvlm.app.rest.ask.Answer;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.ask.Ask;
import io.smolvlm.app.rest.ask.Conversation;
import io.smolvlm.app.rest.ask.ToolUse;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.models.engine.OverloadedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Captions of one request in the making: a few pictures at a time, so that a long list does not
/// fill the queue for others. Each stands for itself; one that is refused does not stop the rest.
final class CaptionRun {
  /// Pictures that are read, wait or are answered at the same time.
  private static final int AT_A_TIME = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CaptionRequest request;
  private final Answers answers;
  private final Exchange exchange;
  private final Client client;
  private final long end;
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicBoolean admitted = new AtomicBoolean();
  private final AtomicBoolean stopped = new AtomicBoolean();

  /// A caption, or what ends the request as a whole.
  private record Outcome(@Nullable Caption caption, @Nullable RuntimeException failure) {}

  /// @param time for all pictures together
  CaptionRun(CaptionRequest request, Answers answers, Exchange exchange, Duration time) {
    this.request = request;
    this.answers = answers;
    this.exchange = exchange;
    this.client = exchange.client();
    this.end = System.nanoTime() + time.toNanos();
  }

  void start() {
    answers.checkText(ask(0), exchange.model());
    for (int i = 0; i < Math.min(AT_A_TIME, request.items().size()); i++) {
      Thread.ofVirtual().start(this::work);
    }
  }

  /// The next caption that is ready, in no order.
  ///
  /// @return empty when there was none for so long
  /// @throws RuntimeException what ends the request as a whole
  Optional<Caption> next(Duration patience) {
    try {
      Outcome outcome = outcomes.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      client.ensureThere();
      if (outcome == null) {
        return Optional.empty();
      }
      if (outcome.failure != null) {
        stopped.set(true);
        throw outcome.failure;
      }
      return Optional.ofNullable(outcome.caption);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Client.Gone();
    }
  }

  private void work() {
    for (int i = next.getAndIncrement(); i < request.items().size(); i = next.getAndIncrement()) {
      if (stopped.get()) {
        return;
      }
      outcomes.add(one(i));
    }
  }

  private Outcome one(int index) {
    CaptionRequest.Item item = request.items().get(index);
    try {
      Answers.Prepared prepared = answers.prepare(ask(index), exchange);
      try (Answer answer = admit(prepared)) {
        return new Outcome(Caption.of(index, item, prepared, read(answer)), null);
      }
    } catch (OverloadedException | Client.Gone e) {
      return new Outcome(null, e);
    } catch (RuntimeException | Error e) {
      return new Outcome(Caption.failed(index, item, Refusals.of(e, client.requestId())), null);
    }
  }

  private Ask ask(int index) {
    CaptionRequest.Item item = request.items().get(index);
    return new Ask(
        Conversation.of(List.of(item.picture()), request.prompt()),
        request.imageOptions(),
        request.parameters(),
        request.lengthAsked(),
        ToolUse.NONE);
  }

  /// A request that has begun waits for room; one that has not is refused as a whole.
  private Answer admit(Answers.Prepared prepared) {
    while (true) {
      try {
        Answer answer = answers.submit(prepared.request(), exchange);
        admitted.set(true);
        return answer;
      } catch (OverloadedException e) {
        if (!admitted.get()) {
          throw e;
        }
        if (System.nanoTime() + e.retryAfter().toNanos() > end) {
          throw new ApiException(
              ApiError.TIMEOUT, null, "There was no room for this picture in time.");
        }
        pause(e.retryAfter());
      }
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Client.Gone();
    }
  }

  private static GenerationResult read(Answer answer) {
    while (true) {
      if (answer.next(PATIENCE).orElse(null) instanceof GenerationEvent.Finished finished) {
        return finished.result();
      }
    }
  }
}
