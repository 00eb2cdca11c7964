package io.smolvlm.language;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// How the next token is chosen from the logits. The order of the steps is the reference's
/// (transformers 5.23 `generation/utils.py`): repetition penalty, no-repeat n-gram, temperature,
/// top-k, top-p, min-p; presence and frequency penalty are OpenAI's, over generated tokens only.
///
/// @param temperature 0 for greedy, up to 2
/// @param topK 0 for no limit
/// @param topP in (0, 1]; 1 for no limit
/// @param minP in [0, 1]; 0 for no limit
/// @param repetitionPenalty above 0; 1 for none; covers prompt and answer
/// @param presencePenalty -2 to 2
/// @param frequencyPenalty -2 to 2
/// @param noRepeatNgram 0 for none
/// @param seed of the random choice; the same seed gives the same text
public record SamplingParameters(
    float temperature,
    int topK,
    float topP,
    float minP,
    float repetitionPenalty,
    float presencePenalty,
    float frequencyPenalty,
    int noRepeatNgram,
    long seed) {
  /// The family's default: no sampling.
  public static final SamplingParameters GREEDY = new SamplingParameters(0, 0, 1, 0, 1, 0, 0, 0, 0);

  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] outside the ranges above
  public SamplingParameters {
    check("temperature", temperature, 0, 2);
    check("top_k", topK, 0, Integer.MAX_VALUE);
    check("top_p", topP, Float.MIN_VALUE, 1);
    check("min_p", minP, 0, 1);
    check("repetition_penalty", repetitionPenalty, Float.MIN_VALUE, 100);
    check("presence_penalty", presencePenalty, -2, 2);
    check("frequency_penalty", frequencyPenalty, -2, 2);
    check("no_repeat_ngram_size", noRepeatNgram, 0, Integer.MAX_VALUE);
  }

  private static void check(String name, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          name
              + ": found "
              + value
              + ", allowed "
              + (low == Float.MIN_VALUE ? "above 0" : low)
              + " to "
              + high);
    }
  }

  public boolean greedy() {
    return temperature == 0;
  }

  public SamplingParameters withTemperature(float value) {
    return new SamplingParameters(
        value,
        topK,
        topP,
        minP,
        repetitionPenalty,
        presencePenalty,
        frequencyPenalty,
        noRepeatNgram,
        seed);
  }

  public SamplingParameters withTopP(float value) {
    return new SamplingParameters(
        temperature,
        topK,
        value,
        minP,
        repetitionPenalty,
        presencePenalty,
        frequencyPenalty,
        noRepeatNgram,
        seed);
  }

  public SamplingParameters withSeed(long value) {
    return new SamplingParameters(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        presencePenalty,
        frequencyPenalty,
        noRepeatNgram,
        value);
  }
}
