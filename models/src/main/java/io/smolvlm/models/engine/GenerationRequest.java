package io.smolvlm.models.engine;

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
/// @param parameters how to answer
public record GenerationRequest(
    List<Message> messages,
    List<RgbImage> images,
    ImageOptions imageOptions,
    AnswerParameters parameters) {
  public GenerationRequest {
    messages = List.copyOf(messages);
    images = List.copyOf(images);
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
  }

  /// A request with the family's defaults: [AnswerParameters#DEFAULT], the model's picture budget.
  public static GenerationRequest of(List<Message> messages, List<RgbImage> images) {
    return new GenerationRequest(messages, images, ImageOptions.MODEL, AnswerParameters.DEFAULT);
  }

  public GenerationRequest withImageOptions(ImageOptions value) {
    return new GenerationRequest(messages, images, value, parameters);
  }

  public GenerationRequest withParameters(AnswerParameters value) {
    return new GenerationRequest(messages, images, imageOptions, value);
  }

  public GenerationRequest withSampling(SamplingParameters value) {
    return withParameters(parameters.toBuilder().sampling(value).build());
  }

  public GenerationRequest withMaxTokens(int value) {
    return withParameters(parameters.toBuilder().maxTokens(value).build());
  }

  public GenerationRequest withStop(List<String> value) {
    return withParameters(parameters.toBuilder().stop(value).build());
  }

  public GenerationRequest withTopLogprobs(int value) {
    return withParameters(parameters.toBuilder().topLogprobs(value).build());
  }
}
