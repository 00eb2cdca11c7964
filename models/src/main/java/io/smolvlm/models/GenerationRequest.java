package io.smolvlm.models;

import io.smolvlm.language.Message;
import io.smolvlm.language.SamplingParameters;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.RgbImage;
import java.util.List;

/// What is asked of a model: a conversation, its pictures in the order of their places, and how to
/// answer.
///
/// @param messages at least one
/// @param images one for each picture place, in order
/// @param imageOptions the picture budget of this request
/// @param sampling how tokens are chosen
/// @param maxTokens most tokens of the answer, at least 1
/// @param stop texts that end the answer; they are not part of it
/// @param topLogprobs alternatives reported with each token, 0 to 20; -1 for no log-probabilities
public record GenerationRequest(
    List<Message> messages,
    List<RgbImage> images,
    ImageOptions imageOptions,
    SamplingParameters sampling,
    int maxTokens,
    List<String> stop,
    int topLogprobs) {
  public static final int DEFAULT_MAX_TOKENS = 500;

  public GenerationRequest {
    messages = List.copyOf(messages);
    images = List.copyOf(images);
    stop = List.copyOf(stop);
    int places = messages.stream().mapToInt(Message::images).sum();
    if (messages.isEmpty()) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "messages: found none, needed at least one");
    }
    if (places != images.size()) {
      throw new SmolVlmException(
          ErrorCode.MISMATCH,
          "pictures: found " + images.size() + ", the messages have places for " + places);
    }
    if (maxTokens < 1) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "max_tokens: found " + maxTokens + ", allowed 1 or more");
    }
    if (topLogprobs < -1 || topLogprobs > 20) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "top_logprobs: found " + topLogprobs + ", allowed 0 to 20");
    }
  }

  /// A request with the family's defaults: greedy, [#DEFAULT_MAX_TOKENS] tokens, the model's
  /// picture budget.
  public static GenerationRequest of(List<Message> messages, List<RgbImage> images) {
    return new GenerationRequest(
        messages,
        images,
        ImageOptions.MODEL,
        SamplingParameters.GREEDY,
        DEFAULT_MAX_TOKENS,
        List.of(),
        -1);
  }

  public GenerationRequest withImageOptions(ImageOptions value) {
    return new GenerationRequest(messages, images, value, sampling, maxTokens, stop, topLogprobs);
  }

  public GenerationRequest withSampling(SamplingParameters value) {
    return new GenerationRequest(
        messages, images, imageOptions, value, maxTokens, stop, topLogprobs);
  }

  public GenerationRequest withMaxTokens(int value) {
    return new GenerationRequest(
        messages, images, imageOptions, sampling, value, stop, topLogprobs);
  }

  public GenerationRequest withStop(List<String> value) {
    return new GenerationRequest(
        messages, images, imageOptions, sampling, maxTokens, value, topLogprobs);
  }

  public GenerationRequest withTopLogprobs(int value) {
    return new GenerationRequest(messages, images, imageOptions, sampling, maxTokens, stop, value);
  }
}
