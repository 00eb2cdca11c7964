package io.smolvlm.language.tools;

import io.smolvlm.language.grammar.AnswerGrammar;
import io.smolvlm.language.grammar.JsonSchema;
import io.smolvlm.language.grammar.TokenVocabulary;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Forces an answer to be tool calls, in the text form that [ToolCalls] reads, whatever model it
/// is.
public final class ToolGrammar {
  private ToolGrammar() {}

  /// Reads the parameters of tools without a model, so that they are refused early.
  ///
  /// @param tools those that may be called: all for `tool_choice` `required`, one for a named
  ///   choice
  /// @param maxCalls 1 for `parallel_tool_calls` false
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] if the parameters of a tool are no
  ///   schema that answers can be held to, or a name comes twice
  public static JsonSchema schema(List<Tool> tools, int maxCalls) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (Tool tool : tools) {
      if (parameters.put(tool.name(), tool.parameters()) != null) {
        throw new SmolVlmException(
            ErrorCode.INVALID_VALUE, "tools: found '" + tool.name() + "' twice, allowed once");
      }
    }
    return JsonSchema.calls(parameters, maxCalls, "<tool_call>", "</tool_call>");
  }

  /// [#schema] for the tokens of one model.
  public static AnswerGrammar forced(List<Tool> tools, int maxCalls, TokenVocabulary vocabulary) {
    return schema(tools, maxCalls).grammar(vocabulary);
  }
}
