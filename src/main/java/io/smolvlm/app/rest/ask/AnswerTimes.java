package io.smolvlm.app.rest.ask;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.smolvlm.models.engine.GenerationResult;
import java.util.List;

/// Where the time of an answer went, in milliseconds; llama.cpp's names where it has them.
///
/// @param cacheN prompt tokens taken from a cache
/// @param promptN prompt tokens computed
/// @param promptMs the prompt through the decoder
/// @param predictedN tokens of the answer
/// @param predictedMs all tokens of the answer after the first
/// @param queueMs waiting for a turn
/// @param fetchMs getting pictures from their addresses
/// @param pictureDecodeMs picture files to pixels
/// @param resizeMs pixels to tiles
/// @param encodeMs tiles to image tokens, those that were not in a cache
/// @param tiles of all pictures, whole pictures included
/// @param grids rows and columns of each picture, `0x0` for one tile
public record AnswerTimes(
    @JsonProperty("cache_n") int cacheN,
    @JsonProperty("prompt_n") int promptN,
    double promptMs,
    double promptPerSecond,
    @JsonProperty("predicted_n") int predictedN,
    double predictedMs,
    double predictedPerSecond,
    double queueMs,
    double fetchMs,
    double pictureDecodeMs,
    double resizeMs,
    double encodeMs,
    int tiles,
    List<String> grids) {
  public static AnswerTimes of(Answers.Prepared prepared, GenerationResult result) {
    GenerationResult.Timings times = result.timings();
    int cached = result.usage().cachedTokens();
    int prompt = result.usage().promptTokens() - cached;
    int predicted = result.usage().completionTokens();
    return new AnswerTimes(
        cached,
        prompt,
        rounded(times.prefillMillis()),
        rate(prompt, times.prefillMillis()),
        predicted,
        rounded(times.decodeMillis()),
        rate(predicted - 1, times.decodeMillis()),
        rounded(times.queueMillis()),
        rounded(prepared.fetchMillis()),
        rounded(prepared.decodeMillis()),
        rounded(times.resizeMillis()),
        rounded(times.encodeMillis()),
        times.tiles(),
        times.grids());
  }

  private static double rate(int count, double millis) {
    return count <= 0 || millis <= 0 ? 0 : rounded(count * 1000 / millis);
  }

  /// To a hundredth: more digits say nothing.
  public static double rounded(double millis) {
    return Math.round(millis * 100) / 100.0;
  }
}
