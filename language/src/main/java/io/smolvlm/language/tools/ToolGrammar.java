package io.smolvlm.language.tools;

import io.smolvlm.language.grammar.AnswerGrammar;
import io.smolvlm.language.grammar.TokenVocabulary;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.List;

/// Forces an answer to be tool calls, in the text form that [ToolCalls] reads, whatever model it
/// is.
public final class ToolGrammar {
  private ToolGrammar() {}

  /// @param tools those that may be called: all for `tool_choice` `required`, one for a named
  ///   choice
  /// @param maxCalls 1 for `parallel_tool_calls` false
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] if the parameters of a tool are no
  ///   schema that answers can be held to
  @SuppressWarnings("DoNotCallSuggester") // until the engine lands
  public static AnswerGrammar forced(List<Tool> tools, int maxCalls, TokenVocabulary vocabulary) {
    throw new SmolVlmException(ErrorCode.INVALID_VALUE, "tools: not supported yet");
  }
}
