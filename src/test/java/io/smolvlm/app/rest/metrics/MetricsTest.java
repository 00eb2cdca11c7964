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
          "smolvlm_image_tiles_total{"
        }) {
      assertTrue(metrics.contains("\n" + name), name + " is not in\n" + metrics);
    }
    assertTrue(metrics.contains("model_name=\"tiny\""));
  }

  @Test
  void documentOfTheApiIsServed() throws Exception {
    String document = Service.get("/openapi").body();
    assertTrue(document.contains("/v1/chat/completions"), document);
    assertEquals(200, Service.get("/docs/").statusCode());
  }
}
