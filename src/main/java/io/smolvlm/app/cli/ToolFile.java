package io.smolvlm.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smolvlm.language.tools.Tool;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Functions that a model may call, from a JSON file: a list of entries as chat completions have
/// them under `tools`, or of their `function` objects alone. An entry may have a `command`, a list
/// of words, which then answers its calls; of the others the person at the keyboard tells the
/// result.
///
/// @param commands by the function's name
record ToolFile(List<Tool> tools, Map<String, List<String>> commands) {
  static final ToolFile NONE = new ToolFile(List.of(), Map.of());

  private static final long MAX_BYTES = 1 << 20;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  ToolFile {
    tools = List.copyOf(tools);
    commands = Map.copyOf(commands);
  }

  /// @throws SmolVlmException naming the file and the entry that breaks a rule
  static ToolFile read(Path file) {
    var tools = new ArrayList<Tool>();
    var commands = new LinkedHashMap<String, List<String>>();
    JsonNode list = json(file);
    if (!list.isArray() || list.isEmpty()) {
      throw invalid(file, "a list of functions");
    }
    for (JsonNode entry : list) {
      Tool tool = tool(file, entry);
      if (tools.stream().anyMatch(other -> other.name().equals(tool.name()))) {
        throw invalid(file, "another name for the second '" + tool.name() + "'");
      }
      tools.add(tool);
      if (entry.has("command")) {
        commands.put(tool.name(), command(file, entry.path("command")));
      }
    }
    return new ToolFile(tools, commands);
  }

  private static JsonNode json(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw invalid(file, "at most " + MAX_BYTES + " bytes");
      }
      return MAPPER.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw invalid(file, "JSON (" + e.getOriginalMessage() + ")");
    } catch (IOException e) {
      throw new SmolVlmException(ErrorCode.MISSING, file + ": cannot be read", e);
    }
  }

  private static Tool tool(Path file, JsonNode entry) {
    if (!(entry.deepCopy() instanceof ObjectNode whole)) {
      throw invalid(file, "objects in its list");
    }
    whole.remove("command");
    boolean wrapped = whole.has("function");
    JsonNode function = wrapped ? whole.path("function") : whole;
    if (!function.isObject() || !function.path("name").isTextual()) {
      throw invalid(file, "a name in each function");
    }
    JsonNode parameters = function.path("parameters");
    if (!parameters.isMissingNode() && !parameters.isObject()) {
      throw invalid(file, "a JSON schema as parameters of " + function.path("name").textValue());
    }
    ObjectNode shown = whole;
    if (!wrapped) {
      shown = MAPPER.createObjectNode().put("type", "function");
      shown.set("function", whole);
    }
    return new Tool(
        function.path("name").textValue(),
        MAPPER.convertValue(shown, new TypeReference<Map<String, Object>>() {}),
        parameters.isMissingNode() ? "{}" : parameters.toString());
  }

  private static List<String> command(Path file, JsonNode words) {
    var command = new ArrayList<String>();
    for (JsonNode word : words) {
      if (!word.isTextual()) {
        throw invalid(file, "texts as words of a command");
      }
      command.add(word.textValue());
    }
    if (!words.isArray() || command.isEmpty()) {
      throw invalid(file, "a list of words as command");
    }
    return command;
  }

  private static SmolVlmException invalid(Path file, String needed) {
    return new SmolVlmException(ErrorCode.INVALID_VALUE, file + ": needed " + needed);
  }

  /// Whether there is a function of that name.
  boolean knows(String name) {
    return tools.stream().anyMatch(tool -> tool.name().equals(name));
  }
}
