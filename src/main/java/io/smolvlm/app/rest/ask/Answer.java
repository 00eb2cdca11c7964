package io.smolvlm.app.rest.ask;

import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.Client;
import io.smolvlm.app.rest.metrics.AnswerMeters;
import io.smolvlm.app.rest.metrics.Stages;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.models.engine.TokenStream;
import java.time.Duration;
import java.util.Optional;

/// An answer in the making. Ends early when its client goes, at any stage; closing ends it too.
public final class Answer implements AutoCloseable {
  private final TokenStream stream;
  private final Client client;
  private final AnswerMeters.Watch watch;
  private final Stages.Admitted stages;
  private int open;

  /// @param choices how many answers there will be
  Answer(
      int choices,
      TokenStream stream,
      Client client,
      AnswerMeters.Watch watch,
      Stages.Admitted stages) {
    this.stream = stream;
    this.client = client;
    this.watch = watch;
    this.stages = stages;
    this.open = choices;
    client.whenGone(stream::cancel);
  }

  /// Whether all choices have ended.
  public boolean ended() {
    return open == 0;
  }

  /// The next event.
  ///
  /// @return empty when there was none for so long
  /// @throws ApiException if the answer cannot be completed
  /// @throws Client.Gone if nobody waits for it any more
  public Optional<GenerationEvent> next(Duration patience) {
    try {
      Optional<GenerationEvent> event = stream.next(patience);
      event.ifPresent(watch::event);
      switch (event.orElse(null)) {
        case GenerationEvent.Failed failed -> throw failed.error();
        case GenerationEvent.Finished finished -> {
          open--;
          stages.ended(finished.result());
          check(finished.result().finishReason());
        }
        case null -> {
          if (stream.ended()) {
            throw stopped();
          }
        }
        default -> {}
      }
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Client.Gone();
    }
  }

  private void check(GenerationResult.FinishReason reason) {
    switch (reason) {
      case STOP, LENGTH, REPETITION -> {}
      case CANCELLED -> throw stopped();
      case DEADLINE ->
          throw new ApiException(
              ApiError.TIMEOUT, null, "The answer was not complete within the request's time.");
    }
  }

  /// The engine gave the answer up: for a client that has gone, or because the service ends.
  private ApiException stopped() {
    client.ensureThere();
    return new ApiException(
        ApiError.OVERLOADED, null, "The service is shutting down; send the request again.");
  }

  @Override
  public void close() {
    stream.close();
  }
}
