package io.smolvlm.app.rest.ask;

import io.smolvlm.language.tools.Tool;
import java.util.List;

/// The functions a model may ask to be called.
///
/// @param tools shown to the model; empty for none
/// @param callable those that an answer must call, when calls are forced; else empty
/// @param parallel whether an answer may hold several calls
public record ToolUse(List<Tool> tools, List<Tool> callable, boolean parallel) {
  public static final ToolUse NONE = new ToolUse(List.of(), List.of(), true);

  public ToolUse {
    tools = List.copyOf(tools);
    callable = List.copyOf(callable);
  }

  /// Whether the model sees any.
  public boolean offered() {
    return !tools.isEmpty();
  }

  /// Whether a call counts.
  ///
  /// @param index 0 for the first of an answer
  public boolean takes(int index) {
    return parallel || index == 0;
  }

  /// Whether the answer must be calls.
  public boolean forced() {
    return !callable.isEmpty();
  }
}
