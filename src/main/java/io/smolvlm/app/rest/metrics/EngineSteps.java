package io.smolvlm.app.rest.metrics;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.smolvlm.app.rest.ModelHost;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.models.engine.EngineListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// How many tokens each step of the engine takes in or gives out.
@ApplicationScoped
public class EngineSteps implements EngineListener {
  private final DistributionSummary tokens;

  EngineSteps(MeterRegistry registry, ModelHost host) {
    this.tokens =
        new Meters(registry, host.id()).count("iteration_tokens_total", "Tokens of a step.");
  }

  void listen(@Observes ServedModel loaded) {
    loaded.model().engine().addListener(this);
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
