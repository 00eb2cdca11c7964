package io.smolvlm.app.rest.captions;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.ErrorBody;
import io.smolvlm.app.rest.ask.AnswerTimes;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.ask.FinishReasons;
import io.smolvlm.app.rest.ask.ImageInfo;
import io.smolvlm.app.rest.ask.Usage;
import io.smolvlm.models.engine.GenerationResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of one picture: a caption, or why there is none.
///
/// @param index its place in the request
/// @param id the client's own name for it
record Caption(
    int index,
    @Nullable String id,
    @Nullable String caption,
    @Nullable String finishReason,
    @Nullable Usage usage,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable AnswerTimes timings,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ImageInfo image,
    @JsonInclude(JsonInclude.Include.NON_NULL) ErrorBody.@Nullable Detail error) {
  static Caption of(
      int index, CaptionRequest.Item item, Answers.Prepared prepared, GenerationResult result) {
    return new Caption(
        index,
        item.id(),
        result.text(),
        FinishReasons.label(result.finishReason()),
        Usage.of(List.of(result)),
        AnswerTimes.of(prepared, result),
        ImageInfo.of(prepared).getFirst(),
        null);
  }

  static Caption failed(int index, CaptionRequest.Item item, ApiException refusal) {
    return new Caption(
        index, item.id(), null, null, null, null, null, ErrorBody.of(refusal).error());
  }
}
