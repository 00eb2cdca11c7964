package io.smolvlm.app.rest.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smolvlm.app.rest.ModelHost;
import io.smolvlm.models.engine.EngineStatus;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.function.ToDoubleFunction;

/// How much there is to do at the moment it is asked; nothing while the model loads.
@ApplicationScoped
class EngineGauges {
  private final MeterRegistry registry;
  private final ModelHost host;

  EngineGauges(MeterRegistry registry, ModelHost host) {
    this.registry = registry;
    this.host = host;
  }

  void register(@Observes StartupEvent event) {
    gauge("num_requests_running", "Requests being answered.", EngineStatus::running);
    gauge("num_requests_waiting", "Requests in the queue.", EngineStatus::waiting);
    gauge(
        "kv_cache_usage_perc",
        "Share of the memory for keys and values that running requests may need, 0 to 1.",
        status ->
            status.keyValueBudget() == 0
                ? 0
                : (double) status.keyValueBytes() / status.keyValueBudget());
  }

  private void gauge(String name, String help, ToDoubleFunction<EngineStatus> value) {
    Gauge.builder("vllm:" + name, host, loaded -> now(loaded, value))
        .description(help)
        .tags(new Meters(registry, host.id()).tags())
        .register(registry);
  }

  private static double now(ModelHost host, ToDoubleFunction<EngineStatus> value) {
    return host.loaded()
        .map(model -> value.applyAsDouble(model.model().engine().status()))
        .orElse(0.0);
  }
}
