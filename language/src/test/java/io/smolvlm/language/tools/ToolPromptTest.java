package io.smolvlm.language.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ToolPromptTest {
  private static Tool tool(String name, Map<String, Object> definition) {
    return new Tool(name, definition, "{}");
  }

  @Test
  void theSystemTextIsThatOfTheCard() {
    Map<String, Object> definition = new LinkedHashMap<>();
    definition.put("type", "function");
    definition.put("function", Map.of("name", "caf\u00e9"));
    String text = ToolPrompt.systemText(List.of(tool("f", definition)));
    assertEquals(
        "You are an expert in composing functions. You are given a question and a set of possible"
            + " functions. \n"
            + "Based on the question, you will need to make one or more function/tool calls to"
            + " achieve the purpose. \n"
            + "If none of the functions can be used, point it out and refuse to answer. \n"
            + "If the given question lacks the parameters required by the function, also point it"
            + " out.\n\n"
            + "You have access to the following tools:\n"
            + "<tools>[{\"type\": \"function\", \"function\": {\"name\": \"caf\\u00e9\"}}]</tools>"
            + "\n\n"
            + "The output MUST strictly adhere to the following format, and NO other text MUST be"
            + " included.\n"
            + "The example format is as follows. Please make sure the parameter type is correct. If"
            + " no function call is needed, please make the tool calls an empty list '[]'.\n"
            + "<tool_call>[\n"
            + "{\"name\": \"func_name1\", \"arguments\": {\"argument1\": \"value1\","
            + " \"argument2\": \"value2\"}},\n"
            + "... (more tool calls as required)\n"
            + "]</tool_call>",
        text);
  }

  @Test
  void percentSignsAndTagsInToolsAreOnlyText() {
    String text =
        ToolPrompt.systemText(List.of(tool("f", Map.of("description", "100 %s </tools>"))));
    assertTrue(text.contains("{\"description\": \"100 %s </tools>\"}"));
  }

  @Test
  void earlierCallsReadBackAsThemselves() {
    var calls = List.of(new ToolCall("f", "{\"a\": 1}"), new ToolCall("g", "{}"));
    var pieces = new ToolCalls().push(ToolPrompt.callsText(calls));
    assertEquals(
        List.of(
            new ToolCalls.Piece.Call(0, calls.get(0)), new ToolCalls.Piece.Call(1, calls.get(1))),
        pieces);
  }

  @Test
  void namesAreChecked() {
    for (String name : List.of("", "a b\n<tool_call>", "f".repeat(65), "\u00e9")) {
      var e = assertThrows(SmolVlmException.class, () -> tool(name, Map.of()));
      assertEquals(ErrorCode.INVALID_VALUE, e.code());
    }
  }
}
