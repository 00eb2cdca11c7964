package io.smolvlm.app.rest.responses;

import io.smolvlm.app.rest.RequestId;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.ask.AnswerTimes;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.ask.FinishReasons;
import io.smolvlm.app.rest.ask.Usage;
import io.smolvlm.models.engine.GenerationResult;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A response that is being written: what stays the same from its first event to its end.
final class ResponseDraft {
  private final ResponseRequest request;
  private final ServedModel model;
  private final String id = RequestId.fresh("resp_");
  private final long created = Instant.now().getEpochSecond();

  ResponseDraft(ResponseRequest request, ServedModel model) {
    this.request = request;
    this.model = model;
  }

  /// Nothing has come yet.
  ResponseShapes.Body begun() {
    return body("in_progress", List.of(), null, null, null, null);
  }

  ResponseShapes.Body failed(ResponseShapes.Failure error) {
    return body("failed", List.of(), error, null, null, null);
  }

  ResponseShapes.Body ended(
      List<ResponseShapes.Item> output, GenerationResult result, Answers.Prepared prepared) {
    boolean complete = FinishReasons.label(result.finishReason()).equals("stop");
    return body(
        complete ? "completed" : "incomplete",
        output,
        null,
        complete ? null : new ResponseShapes.Incomplete("max_output_tokens"),
        ResponseShapes.ResponseUsage.of(Usage.of(List.of(result))),
        AnswerTimes.of(prepared, result));
  }

  /// The name of the last event of a stream.
  static String lastEvent(ResponseShapes.Body body) {
    return "response." + body.status();
  }

  private ResponseShapes.Body body(
      String status,
      List<ResponseShapes.Item> output,
      ResponseShapes.@Nullable Failure error,
      ResponseShapes.@Nullable Incomplete incomplete,
      ResponseShapes.@Nullable ResponseUsage usage,
      @Nullable AnswerTimes timings) {
    ResponseRequest.Echo echo = request.echo();
    return new ResponseShapes.Body(
        id,
        "response",
        created,
        status,
        false,
        error,
        incomplete,
        echo.instructions(),
        echo.maxOutputTokens(),
        model.id(),
        output,
        echo.parallelToolCalls(),
        null,
        false,
        echo.temperature(),
        echo.text(),
        echo.toolChoice(),
        echo.tools(),
        echo.topP(),
        "disabled",
        usage,
        echo.metadata(),
        timings);
  }
}
