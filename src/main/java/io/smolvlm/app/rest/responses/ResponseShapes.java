package io.smolvlm.app.rest.responses;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.app.rest.ErrorBody;
import io.smolvlm.app.rest.ask.AnswerTimes;
import io.smolvlm.app.rest.ask.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parts of a response, as OpenAI has them.
final class ResponseShapes {
  private ResponseShapes() {}

  record Body(
      String id,
      String object,
      long createdAt,
      String status,
      boolean background,
      @Nullable Failure error,
      @Nullable Incomplete incompleteDetails,
      @Nullable String instructions,
      @Nullable Integer maxOutputTokens,
      String model,
      List<Item> output,
      boolean parallelToolCalls,
      @Nullable String previousResponseId,
      boolean store,
      double temperature,
      JsonNode text,
      JsonNode toolChoice,
      JsonNode tools,
      double topP,
      String truncation,
      @Nullable ResponseUsage usage,
      JsonNode metadata,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable AnswerTimes timings) {}

  record Failure(String code, String message) {
    static Failure of(ErrorBody body) {
      return new Failure(body.error().code(), body.error().message());
    }
  }

  record Incomplete(String reason) {}

  /// A message, or a call of a function; each has keys of its own.
  sealed interface Item {
    String id();
  }

  record MessageItem(String type, String id, String status, String role, List<Content> content)
      implements Item {}

  record CallItem(
      String type, String id, String status, String callId, String name, String arguments)
      implements Item {}

  record Content(String type, String text, List<Object> annotations, List<Object> logprobs) {
    static Content of(String text) {
      return new Content("output_text", text, List.of(), List.of());
    }
  }

  record ResponseUsage(
      int inputTokens,
      InputDetails inputTokensDetails,
      int outputTokens,
      OutputDetails outputTokensDetails,
      int totalTokens) {
    static ResponseUsage of(Usage usage) {
      return new ResponseUsage(
          usage.promptTokens(),
          new InputDetails(
              usage.promptTokensDetails().cachedTokens(),
              0,
              usage.promptTokensDetails().imageTokens()),
          usage.completionTokens(),
          new OutputDetails(0),
          usage.totalTokens());
    }
  }

  record InputDetails(int cachedTokens, int cacheWriteTokens, int imageTokens) {}

  record OutputDetails(int reasoningTokens) {}
}
