package io.smolvlm.app.rest.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.smolvlm.app.rest.Service;
import org.junit.jupiter.api.Test;

@QuarkusTest
class MetricsTest {
  @Test
  void answersShowUnderTheNamesOfDashboards() throws Exception {
    Service.awaitReady();
    Service.ok(
        Service.post(
            "/v1/chat/completions", Service.question("heart.png", "Where is the heart?", "")));
    String metrics = Service.get("/metrics").body();
    for (String name :
        new String[] {
          "vllm:num_requests_running{",
          "vllm:num_requests_waiting{",
          "vllm:kv_cache_usage_perc{",
          "vllm:prompt_tokens_total{",
          "vllm:generation_tokens_total{",
          "vllm:request_success_total{",
          "vllm:time_to_first_token_seconds_bucket{",
          "vllm:inter_token_latency_seconds_bucket{",
          "vllm:e2e_request_latency_seconds_sum{",
          "vllm:request_queue_time_seconds_count{",
          "vllm:request_prompt_tokens_bucket{",
          "vllm:iteration_tokens_total_bucket{",
          "smolvlm_image_decode_seconds_bucket{",
          "smolvlm_image_tiles_total{",
          "vllm:prompt_tokens_cached_total{",
          "vllm:prefix_cache_queries_total{",
          "vllm:prefix_cache_hits_total{",
          "vllm:mm_cache_queries_total{",
          "vllm:mm_cache_hits_total{",
          "smolvlm_cache_hits_total{",
          "smolvlm_cache_misses_total{",
          "smolvlm_cache_evictions_total{",
          "smolvlm_cache_bytes{",
          "smolvlm_cache_budget_bytes{"
        }) {
      assertTrue(metrics.contains("\n" + name), name + " is not in\n" + metrics);
    }
    assertTrue(metrics.contains("model_name=\"tiny\""));
  }

  @Test
  void theSamePictureAgainIsFoundInTheCaches() throws Exception {
    Service.awaitReady();
    Service.ok(
        Service.post(
            "/v1/chat/completions",
            Service.question("two-stars.png", "How many stars are there?", "")));
    double found = value("vllm:prompt_tokens_cached_total");
    double hits = value("vllm:prefix_cache_hits_total");
    int cached =
        Service.ok(
                Service.post(
                    "/v1/chat/completions",
                    Service.question("two-stars.png", "Which colours do you see?", "")))
            .at("/usage/prompt_tokens_details/cached_tokens")
            .intValue();
    assertTrue(cached > 0);
    assertTrue(value("vllm:prompt_tokens_cached_total") >= found + cached);
    assertTrue(value("vllm:prefix_cache_hits_total") >= hits + cached);
    assertTrue(value("smolvlm_cache_bytes{cache=\"prefix\"") > 0);
    assertTrue(value("smolvlm_cache_bytes{cache=\"image\"") > 0);
  }

  private static double value(String name) throws Exception {
    return Service.get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not there"));
  }

  @Test
  void documentOfTheApiIsServed() throws Exception {
    String document = Service.get("/openapi").body();
    assertTrue(document.contains("/v1/chat/completions"), document);
    assertEquals(200, Service.get("/docs/").statusCode());
  }
}
