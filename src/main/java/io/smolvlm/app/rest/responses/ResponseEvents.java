package io.smolvlm.app.rest.responses;

import io.smolvlm.app.rest.EventStream;
import io.smolvlm.app.rest.RequestId;
import io.smolvlm.app.rest.ask.Answer;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.ask.ToolUse;
import io.smolvlm.language.tools.ToolCalls;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns an answer into the output items of a response, and tells each step as an event when
/// somebody listens: one message for the text, one item for each call.
final class ResponseEvents {
  private final ResponseDraft draft;
  private final ToolUse tools;
  private final @Nullable EventStream out;
  private final List<ResponseShapes.Item> output = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private @Nullable String open;
  private int sequence;

  /// @param tools which calls are looked for in the text
  /// @param out who listens; null for nobody
  ResponseEvents(ResponseDraft draft, ToolUse tools, @Nullable EventStream out) {
    this.draft = draft;
    this.tools = tools;
    this.out = out;
  }

  /// Reads the answer to its end.
  ///
  /// @param keepAlive the longest silence
  ResponseShapes.Body read(Answer answer, Answers.Prepared prepared, Duration keepAlive) {
    tell("response.created", Map.of("response", draft.begun()));
    tell("response.in_progress", Map.of("response", draft.begun()));
    var calls = new ToolCalls();
    GenerationResult result = null;
    while (result == null) {
      switch (answer.next(keepAlive).orElse(null)) {
        case null -> {
          if (out != null) {
            out.keepAlive();
          }
        }
        case GenerationEvent.Token token -> piece(calls, token.text());
        case GenerationEvent.Finished end -> {
          piece(calls, end.rest());
          calls.finish().forEach(this::add);
          result = end.result();
        }
        default -> {}
      }
    }
    if (output.isEmpty() && open == null) {
      openMessage();
    }
    closeMessage();
    ResponseShapes.Body body = draft.ended(output, result, prepared);
    tell(ResponseDraft.lastEvent(body), Map.of("response", body));
    return body;
  }

  private void piece(ToolCalls calls, String piece) {
    if (tools.offered()) {
      calls.push(piece).forEach(this::add);
    } else if (!piece.isEmpty()) {
      text(piece);
    }
  }

  private void add(ToolCalls.Piece piece) {
    switch (piece) {
      case ToolCalls.Piece.Content content -> {
        // Blanks between calls are no message.
        if (open != null || !content.text().isBlank()) {
          text(content.text());
        }
      }
      case ToolCalls.Piece.Call call when !tools.takes(call.index()) -> {}
      case ToolCalls.Piece.Call call -> {
        closeMessage();
        call(call);
      }
    }
  }

  private void text(String piece) {
    String id = open == null ? openMessage() : open;
    text.append(piece);
    Map<String, Object> event = inMessage(id);
    event.put("delta", piece);
    event.put("logprobs", List.of());
    tell("response.output_text.delta", event);
  }

  private String openMessage() {
    String id = RequestId.fresh("msg_");
    open = id;
    text.setLength(0);
    tell(
        "response.output_item.added",
        item(new ResponseShapes.MessageItem("message", id, "in_progress", "assistant", List.of())));
    Map<String, Object> event = inMessage(id);
    event.put("part", ResponseShapes.Content.of(""));
    tell("response.content_part.added", event);
    return id;
  }

  private void closeMessage() {
    String id = open;
    if (id == null) {
      return;
    }
    var content = ResponseShapes.Content.of(text.toString());
    Map<String, Object> done = inMessage(id);
    done.put("text", content.text());
    done.put("logprobs", List.of());
    tell("response.output_text.done", done);
    Map<String, Object> part = inMessage(id);
    part.put("part", content);
    tell("response.content_part.done", part);
    var item =
        new ResponseShapes.MessageItem("message", id, "completed", "assistant", List.of(content));
    tell("response.output_item.done", item(item));
    output.add(item);
    open = null;
  }

  private void call(ToolCalls.Piece.Call piece) {
    String id = RequestId.fresh("fc_");
    String callId = RequestId.fresh("call_");
    String name = piece.call().name();
    String arguments = piece.call().arguments();
    tell(
        "response.output_item.added",
        item(new ResponseShapes.CallItem("function_call", id, "in_progress", callId, name, "")));
    Map<String, Object> delta = inItem(id);
    delta.put("delta", arguments);
    tell("response.function_call_arguments.delta", delta);
    Map<String, Object> done = inItem(id);
    done.put("name", name);
    done.put("arguments", arguments);
    tell("response.function_call_arguments.done", done);
    var item =
        new ResponseShapes.CallItem("function_call", id, "completed", callId, name, arguments);
    tell("response.output_item.done", item(item));
    output.add(item);
  }

  private Map<String, Object> item(ResponseShapes.Item item) {
    var event = new LinkedHashMap<String, Object>();
    event.put("output_index", output.size());
    event.put("item", item);
    return event;
  }

  private Map<String, Object> inItem(String id) {
    var event = new LinkedHashMap<String, Object>();
    event.put("item_id", id);
    event.put("output_index", output.size());
    return event;
  }

  private Map<String, Object> inMessage(String id) {
    Map<String, Object> event = inItem(id);
    event.put("content_index", 0);
    return event;
  }

  private void tell(String type, Map<String, Object> content) {
    if (out == null) {
      return;
    }
    var event = new LinkedHashMap<String, Object>();
    event.put("type", type);
    event.put("sequence_number", sequence++);
    event.putAll(content);
    out.event(type, event);
  }

  /// Tells that the response failed; nothing follows.
  void fail(ResponseShapes.Failure error) {
    tell("response.failed", Map.of("response", draft.failed(error)));
  }
}
