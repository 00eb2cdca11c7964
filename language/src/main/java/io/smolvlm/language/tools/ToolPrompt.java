package io.smolvlm.language.tools;

import java.util.List;

/// The system text that shows tools to SmolLM2-Instruct.
public final class ToolPrompt {
  private ToolPrompt() {}

  /// The system text, character by character as the model's card gives it (SmolLM2-1.7B-Instruct,
  /// `instructions_function_calling.md`); blanks at the ends of its lines included.
  ///
  /// @param tools at least one
  public static String systemText(List<Tool> tools) {
    return """
    You are an expert in composing functions. You are given a question and a set of possible functions.\s
    Based on the question, you will need to make one or more function/tool calls to achieve the purpose.\s
    If none of the functions can be used, point it out and refuse to answer.\s
    If the given question lacks the parameters required by the function, also point it out.

    You have access to the following tools:
    <tools>%s</tools>

    The output MUST strictly adhere to the following format, and NO other text MUST be included.
    The example format is as follows. Please make sure the parameter type is correct. If no function call is needed, please make the tool calls an empty list '[]'.
    <tool_call>[
    {"name": "func_name1", "arguments": {"argument1": "value1", "argument2": "value2"}},
    ... (more tool calls as required)
    ]</tool_call>\
    """
        .formatted(PythonDumps.write(tools.stream().map(Tool::definition).toList()));
  }

  /// An earlier answer that called tools, as the model would have written it.
  public static String callsText(List<ToolCall> calls) {
    var out = new StringBuilder("<tool_call>[\n");
    for (int i = 0; i < calls.size(); i++) {
      ToolCall call = calls.get(i);
      out.append(i == 0 ? "" : ",\n")
          .append("{\"name\": ")
          .append(PythonDumps.write(call.name()))
          .append(", \"arguments\": ")
          .append(call.arguments())
          .append('}');
    }
    return out.append("\n]</tool_call>").toString();
  }
}
