package io.smolvlm.models;

import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.models.engine.GenerationResult.FinishReason;
import io.smolvlm.models.engine.TokenStream;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Reads the stream of a request with one choice on the calling thread, up to its result.
final class Answering {
  /// How often `cancelled` is asked while nothing comes.
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final Consumer<GenerationEvent> events;
  private final BooleanSupplier cancelled;
  private final List<Integer> ids = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private boolean left;

  Answering(Consumer<GenerationEvent> events, BooleanSupplier cancelled) {
    this.events = events;
    this.cancelled = cancelled;
  }

  /// @throws SmolVlmException if the answer fails, also when its stream ends without a result
  GenerationResult read(TokenStream stream) {
    boolean interrupted = false;
    try (stream) {
      while (true) {
        Optional<GenerationEvent> event = Optional.empty();
        try {
          event = stream.next(PATIENCE);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        if (!left && (interrupted || cancelled.getAsBoolean())) {
          left = true;
          stream.cancel();
        }
        switch (event.orElse(null)) {
          case null -> {
            if (stream.ended()) { // closed by another, or given up by the engine
              throw new SmolVlmException(ErrorCode.INTERNAL, "the answer has no end");
            }
          }
          case GenerationEvent.Failed failed -> throw failed.error();
          case GenerationEvent.Finished finished -> {
            return ended(finished);
          }
          case GenerationEvent other -> show(other);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void show(GenerationEvent event) {
    if (left) {
      return;
    }
    if (event instanceof GenerationEvent.Token token) {
      ids.add(token.id());
      text.append(token.text());
    }
    events.accept(event);
  }

  private GenerationResult ended(GenerationEvent.Finished finished) {
    GenerationResult result = finished.result();
    if (left) {
      result = result.cutTo(text.toString(), List.copyOf(ids), FinishReason.CANCELLED);
      events.accept(new GenerationEvent.Finished(0, "", result));
    } else {
      events.accept(finished);
    }
    return result;
  }
}
