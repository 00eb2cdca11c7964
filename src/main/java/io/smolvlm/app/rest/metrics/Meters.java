package io.smolvlm.app.rest.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/// Makes meters with the labels that all of vLLM's carry.
final class Meters {
  /// Seconds; vLLM's buckets of whole requests and their stages.
  private static final double[] REQUEST = {
    0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
  };

  /// Seconds; vLLM's buckets of the time to the first token.
  private static final double[] FIRST_TOKEN = {
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
    80, 160, 640, 2560
  };

  /// Seconds; vLLM's buckets of the time between tokens.
  private static final double[] TOKEN = {
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
  };

  private static final double[] COUNT = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000
  };

  private static final double[] CHOICES = {1, 2, 5, 10, 20};

  private static final double[] STAGE = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120
  };

  private final MeterRegistry registry;
  private final Tags tags;

  Meters(MeterRegistry registry, String model) {
    this.registry = registry;
    this.tags = Tags.of("model_name", model, "engine", "0");
  }

  Tags tags() {
    return tags;
  }

  Counter counter(String name, String help, String... labels) {
    return Counter.builder("vllm:" + name)
        .description(help)
        .tags(tags.and(labels))
        .register(registry);
  }

  /// Under our own name.
  Counter own(String name, String help) {
    return Counter.builder("smolvlm_" + name).description(help).tags(tags).register(registry);
  }

  DistributionSummary request(String name, String help) {
    return histogram("vllm:" + name, help, REQUEST);
  }

  DistributionSummary firstToken(String name, String help) {
    return histogram("vllm:" + name, help, FIRST_TOKEN);
  }

  DistributionSummary token(String name, String help) {
    return histogram("vllm:" + name, help, TOKEN);
  }

  DistributionSummary count(String name, String help) {
    return histogram("vllm:" + name, help, COUNT);
  }

  DistributionSummary choices(String name, String help) {
    return histogram("vllm:" + name, help, CHOICES);
  }

  /// Seconds of a stage of a picture, under our own name.
  DistributionSummary stage(String name, String help) {
    return histogram("smolvlm_" + name, help, STAGE);
  }

  private DistributionSummary histogram(String name, String help, double[] buckets) {
    return DistributionSummary.builder(name)
        .description(help)
        .tags(tags)
        .serviceLevelObjectives(buckets)
        .register(registry);
  }
}
