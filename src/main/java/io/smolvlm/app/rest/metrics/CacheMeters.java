package io.smolvlm.app.rest.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.StartupEvent;
import io.smolvlm.app.rest.ModelHost;
import io.smolvlm.models.engine.CacheStatus;
import io.smolvlm.models.engine.EngineStatus;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// What the engine's caches find and hold, under vLLM's names and our own; nothing while the model
/// loads.
@ApplicationScoped
class CacheMeters {
  private final MeterRegistry registry;
  private final ModelHost host;
  private final Tags tags;

  CacheMeters(MeterRegistry registry, ModelHost host) {
    this.registry = registry;
    this.host = host;
    this.tags = new Meters(registry, host.id()).tags();
  }

  void register(@Observes StartupEvent event) {
    of("prefix", "prompt tokens", "prefix_cache", EngineStatus::prefixes);
    of("image", "tiles", "mm_cache", EngineStatus::images);
  }

  private void of(
      String name, String unit, String vllm, Function<EngineStatus, CacheStatus> cache) {
    counter(
        "vllm:" + vllm + "_queries",
        "Looked for: " + unit + ".",
        tags,
        cache,
        s -> s.hits() + s.misses());
    counter("vllm:" + vllm + "_hits", "Found: " + unit + ".", tags, cache, CacheStatus::hits);
    Tags own = tags.and("cache", name);
    counter("smolvlm_cache_hits", "Found in a cache.", own, cache, CacheStatus::hits);
    counter("smolvlm_cache_misses", "Not found in a cache.", own, cache, CacheStatus::misses);
    counter("smolvlm_cache_evictions", "Entries given up.", own, cache, CacheStatus::evictions);
    gauge("smolvlm_cache_bytes", "Held by a cache.", own, cache, CacheStatus::bytes);
    gauge("smolvlm_cache_budget_bytes", "The most of that.", own, cache, CacheStatus::budget);
  }

  private void counter(
      String name,
      String help,
      Tags labels,
      Function<EngineStatus, CacheStatus> cache,
      ToLongFunction<CacheStatus> value) {
    FunctionCounter.builder(name, host, h -> now(h, cache, value))
        .description(help)
        .tags(labels)
        .register(registry);
  }

  private void gauge(
      String name,
      String help,
      Tags labels,
      Function<EngineStatus, CacheStatus> cache,
      ToLongFunction<CacheStatus> value) {
    Gauge.builder(name, host, h -> now(h, cache, value))
        .description(help)
        .tags(labels)
        .register(registry);
  }

  private static double now(
      ModelHost host,
      Function<EngineStatus, CacheStatus> cache,
      ToLongFunction<CacheStatus> value) {
    return host.loaded()
        .map(m -> (double) value.applyAsLong(cache.apply(m.model().engine().status())))
        .orElse(0.0);
  }
}
