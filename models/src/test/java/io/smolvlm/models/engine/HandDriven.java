package io.smolvlm.models.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.models.SmolVlm;
import java.time.Duration;

/// A scheduler whose steps and clock belong to the test.
final class HandDriven implements AutoCloseable {
  long now = 1;

  /// What each reading of the clock adds to it.
  long tick;

  int ended;
  final RequestQueue queue;
  final Rates rates = new Rates();
  final Listeners listeners = new Listeners();
  final Scheduler scheduler;

  HandDriven(SmolVlm model, EngineOptions options) {
    queue = new RequestQueue(options.queueRequests());
    scheduler =
        new Scheduler(
            model.engine().networks(),
            options,
            () -> now += tick,
            queue,
            rates,
            listeners,
            () -> ended++);
  }

  TokenStream submit(PreparedRequest prepared, String client, Duration deadline) {
    var stream = new TokenStream(() -> now);
    queue.add(new Submission(prepared, client, stream, now, now + deadline.toNanos()));
    return stream;
  }

  TokenStream submit(PreparedRequest prepared) {
    return submit(prepared, "", Admission.DEFAULT_DEADLINE);
  }

  void steps(int count) {
    for (int i = 0; i < count; i++) {
      now += 1_000_000;
      scheduler.step();
    }
  }

  void toTheEnd() {
    int steps = 0;
    do {
      now += 1_000_000;
      assertTrue(++steps < 20_000, "no end");
    } while (scheduler.step() || queue.size() > 0);
  }

  @Override
  public void close() {
    scheduler.abort(new OverloadedException("the test is over", Duration.ofSeconds(1)));
    scheduler.close();
  }
}
