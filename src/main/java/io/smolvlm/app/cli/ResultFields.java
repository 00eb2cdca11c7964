package io.smolvlm.app.cli;

import io.smolvlm.models.engine.GenerationResult;
import java.util.LinkedHashMap;
import java.util.Map;

/// A result as `--json` prints it.
final class ResultFields {
  private ResultFields() {}

  static Map<String, Object> of(GenerationResult result, String model, double loadMillis) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("text", result.text());
    fields.put("finish_reason", result.finishReason().label());
    fields.put("usage", usage(result.usage()));
    fields.put("timings", timings(result.timings(), loadMillis));
    fields.put("model", model);
    return fields;
  }

  private static Map<String, Object> usage(GenerationResult.Usage usage) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("prompt_tokens", usage.promptTokens());
    fields.put("image_tokens", usage.imageTokens());
    fields.put("cached_tokens", usage.cachedTokens());
    fields.put("completion_tokens", usage.completionTokens());
    return fields;
  }

  private static Map<String, Object> timings(GenerationResult.Timings timings, double loadMillis) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("load_ms", Json.millis(loadMillis));
    fields.put("queue_ms", Json.millis(timings.queueMillis()));
    fields.put("resize_ms", Json.millis(timings.resizeMillis()));
    fields.put("encode_ms", Json.millis(timings.encodeMillis()));
    fields.put("prefill_ms", Json.millis(timings.prefillMillis()));
    fields.put("decode_ms", Json.millis(timings.decodeMillis()));
    fields.put("tiles", timings.tiles());
    fields.put("grids", timings.grids());
    return fields;
  }
}
