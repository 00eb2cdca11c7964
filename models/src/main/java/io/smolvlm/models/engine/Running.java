package io.smolvlm.models.engine;

import io.smolvlm.models.engine.GenerationResult.FinishReason;
import io.smolvlm.tensor.SmolVlmException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.LongSupplier;

/// A request being answered: tells its stream, the listeners and the rates what happens, and keeps
/// what goes wrong in it to itself.
final class Running {
  private static final Logger LOG = System.getLogger(Running.class.getName());

  private final Submission submission;
  private final Generation generation;
  private final LongSupplier nanos;
  private final Rates rates;
  private final Listeners listeners;

  /// When each choice's last token came; 0 before its first.
  private final long[] lastToken;

  private boolean first = true;

  Running(
      Submission submission,
      Networks networks,
      Reuse reuse,
      double queueMillis,
      LongSupplier nanos,
      Rates rates,
      Listeners listeners) {
    this.submission = submission;
    this.nanos = nanos;
    this.rates = rates;
    this.listeners = listeners;
    this.generation =
        new Generation(submission.prepared(), networks, reuse, queueMillis, nanos, this::tell);
    this.lastToken = new long[submission.prepared().parameters().choices()];
  }

  Submission submission() {
    return submission;
  }

  Generation generation() {
    return generation;
  }

  boolean ended() {
    return generation.stage() == Generation.Stage.ENDED;
  }

  /// Whether tiles or prompt are still to be done.
  boolean isNewcomer() {
    return generation.stage() == Generation.Stage.ENCODE
        || generation.stage() == Generation.Stage.PREFILL;
  }

  /// Answers that run or will.
  int answers() {
    return isNewcomer() ? lastToken.length : generation.running().size();
  }

  /// Does something of which a failure is this request's alone.
  void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  void fail(Throwable failure) {
    if (ended()) {
      return;
    }
    generation.close();
    SmolVlmException told = Faults.told(failure);
    if (!(failure instanceof SmolVlmException)) {
      LOG.log(Level.ERROR, "an answer failed: {0}", Faults.described(failure));
    }
    submission.stream().offer(new GenerationEvent.Failed(told));
    double millis = millisSince(submission.submitted());
    listeners.tell(l -> l.failed(submission.prepared(), told.code(), millis));
  }

  private double millisSince(long then) {
    return (nanos.getAsLong() - then) / 1e6;
  }

  private void tell(GenerationEvent event) {
    submission.stream().offer(event);
    switch (event) {
      case GenerationEvent.Token token -> token(token.choice());
      case GenerationEvent.Finished finished -> finished(finished.result());
      default -> {}
    }
  }

  private void token(int choice) {
    long before = lastToken[choice];
    lastToken[choice] = nanos.getAsLong();
    if (first) {
      first = false;
      double millis = millisSince(submission.submitted());
      listeners.tell(l -> l.firstToken(millis));
    } else if (before != 0) {
      double millis = millisSince(before);
      listeners.tell(l -> l.nextToken(millis));
    }
  }

  private void finished(GenerationResult result) {
    FinishReason reason = result.finishReason();
    if (reason == FinishReason.STOP || reason == FinishReason.LENGTH) {
      rates.answer(result.ids().size());
    }
    double millis = millisSince(submission.submitted());
    listeners.tell(l -> l.finished(submission.prepared(), result, millis));
  }
}
