package io.smolvlm.app.rest.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.smolvlm.app.rest.ModelHost;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.models.engine.EngineListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// How many tokens each step of the engine takes in, gives out or drafts, and which tiles it
/// encodes.
@ApplicationScoped
public class EngineSteps implements EngineListener {
  private final DistributionSummary tokens;
  private final Counter imageTiles;
  private final Counter drafted;
  private final Counter accepted;

  EngineSteps(MeterRegistry registry, ModelHost host) {
    var meters = new Meters(registry, host.id());
    this.tokens = meters.count("iteration_tokens_total", "Tokens of a step.");
    this.imageTiles =
        Counter.builder("smolvlm_image_tiles")
            .description("Tiles encoded; not those found in the cache.")
            .tags(meters.tags())
            .register(registry);
    this.drafted = meters.counter("spec_decode_num_draft_tokens", "Tokens drafted.");
    this.accepted =
        meters.counter("spec_decode_num_accepted_tokens", "Drafted tokens that came true.");
  }

  void listen(@Observes ServedModel loaded) {
    loaded.model().engine().addListener(this);
  }

  @Override
  public void tileEncoded(double millis) {
    imageTiles.increment();
  }

  @Override
  public void prefilled(int rows, double millis) {
    tokens.record(rows);
  }

  @Override
  public void decoded(int answers, int count, double millis) {
    tokens.record(count);
  }

  @Override
  public void drafted(int count, int right) {
    drafted.increment(count);
    accepted.increment(right);
  }
}
