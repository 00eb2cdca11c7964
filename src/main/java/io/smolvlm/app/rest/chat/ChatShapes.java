package io.smolvlm.app.rest.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smolvlm.app.rest.ask.TokenLogprob;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parts of a chat completion and of its chunks, as OpenAI has them. A key that clients need is
/// always there, null where it says nothing yet.
final class ChatShapes {
  private ChatShapes() {}

  record Choice(
      int index,
      Message message,
      @Nullable Logprobs logprobs,
      String finishReason,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String finishDetail) {}

  record Message(
      String role,
      @Nullable String content,
      @Nullable String refusal,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<Call> toolCalls) {}

  record ChunkChoice(
      int index,
      Delta delta,
      @Nullable Logprobs logprobs,
      @Nullable String finishReason,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String finishDetail) {}

  /// What is new; only what there is.
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Delta(@Nullable String role, @Nullable String content, @Nullable List<Call> toolCalls) {
    static final Delta BEGIN = new Delta("assistant", "", null);
    static final Delta END = new Delta(null, null, null);

    static Delta text(String content) {
      return new Delta(null, content, null);
    }
  }

  record Logprobs(List<TokenLogprob> content, @Nullable List<TokenLogprob> refusal) {}

  /// @param index its place in the answer; in chunks only
  record Call(
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer index,
      String id,
      String type,
      Function function) {}

  record Function(String name, String arguments) {}
}
