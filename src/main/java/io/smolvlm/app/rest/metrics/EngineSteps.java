package io.smolvlm.app.rest.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.smolvlm.app.rest.ModelHost;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.models.engine.EngineListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// How many tokens each step of the engine takes in or gives out, and which tiles it encodes.
@ApplicationScoped
public class EngineSteps implements EngineListener {
  private final DistributionSummary tokens;
  private final Counter imageTiles;

  EngineSteps(MeterRegistry registry, ModelHost host) {
    var meters = new Meters(registry, host.id());
    this.tokens = meters.count("iteration_tokens_total", "Tokens of a step.");
    this.imageTiles =
        Counter.builder("smolvlm_image_tiles")
            .description("Tiles encoded; not those found in the cache.")
            .tags(meters.tags())
            .register(registry);
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
  public void decoded(int answers, double millis) {
    tokens.record(answers);
  }
}
