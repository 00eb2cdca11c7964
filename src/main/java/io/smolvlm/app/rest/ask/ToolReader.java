package io.smolvlm.app.rest.ask;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.language.tools.Tool;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads `tools`, `tool_choice` and `parallel_tool_calls`.
public final class ToolReader {
  /// Calls of one answer.
  public static final int MAX_CALLS = 8;

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final Fields request;

  public ToolReader(Fields request) {
    this.request = request;
  }

  /// @param most how many tools a request may hold
  public ToolUse read(int most) {
    List<Tool> tools = request.list("tools", most, ToolReader::tool).orElse(List.of());
    Set<String> names = new HashSet<>();
    for (Tool tool : tools) {
      if (!names.add(tool.name())) {
        throw request.invalid("tools", "Two tools have the name '" + tool.name() + "'.");
      }
    }
    boolean parallel = request.flag("parallel_tool_calls", true);
    JsonNode choice = request.get("tool_choice");
    if (choice == null) {
      return new ToolUse(tools, List.of(), parallel);
    }
    return choice.isTextual()
        ? byWord(choice.textValue(), tools, parallel)
        : byName(Fields.object(choice, request.path("tool_choice")), tools, parallel);
  }

  private ToolUse byWord(String word, List<Tool> tools, boolean parallel) {
    return switch (word) {
      case "none" -> ToolUse.NONE;
      case "auto" -> new ToolUse(tools, List.of(), parallel);
      case "required" -> {
        if (tools.isEmpty()) {
          throw request.invalid("tool_choice", "tool_choice 'required' needs tools.");
        }
        yield new ToolUse(tools, tools, parallel);
      }
      default ->
          throw request.invalid(
              "tool_choice", "tool_choice must be none, auto, required or a function.");
    };
  }

  private ToolUse byName(Fields choice, List<Tool> tools, boolean parallel) {
    var _ = choice.needChoice("type", List.of("function"));
    // Chat completions put the name into an object, responses do not.
    String name =
        choice.has("name")
            ? choice.needText("name")
            : choice
                .object("function")
                .orElseThrow(() -> choice.missing("function"))
                .needText("name");
    List<Tool> named = tools.stream().filter(tool -> tool.name().equals(name)).toList();
    if (named.isEmpty()) {
      throw request.invalid("tool_choice", "tool_choice names a function that is not in tools.");
    }
    return new ToolUse(tools, named, parallel);
  }

  private static Tool tool(JsonNode node, String path) {
    Fields fields = Fields.object(node, path);
    var _ = fields.needChoice("type", List.of("function"));
    boolean flat = fields.has("name") && !fields.has("function");
    Fields function =
        flat ? fields : fields.object("function").orElseThrow(() -> fields.missing("function"));
    String name = function.needText("name");
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw function.invalid(
          "name",
          function.path("name") + " must be 1 to 64 of letters, digits, underscore and dash.");
    }
    function.text("description");
    String parameters =
        function.object("parameters").map(schema -> schema.node().toString()).orElse("{}");
    return new Tool(name, definition(flat ? wrapped(node) : node), parameters);
  }

  /// The entry of responses in the shape of chat completions, which models were trained on.
  private static JsonNode wrapped(JsonNode flat) {
    var function = flat.deepCopy();
    ((com.fasterxml.jackson.databind.node.ObjectNode) function).remove("type");
    var entry = MAPPER.createObjectNode();
    entry.put("type", "function");
    entry.set("function", function);
    return entry;
  }

  private static Map<String, Object> definition(JsonNode node) {
    return MAPPER.convertValue(node, new TypeReference<Map<String, Object>>() {});
  }

  /// Refuses calls beside an answer that must be of a schema: both cannot be kept.
  public void refuseBeside(ToolUse tools, boolean schema) {
    if (schema && tools.offered()) {
      throw new ApiException(
          ApiError.UNSUPPORTED_PARAMETER,
          request.path("response_format"),
          "tools and a response format other than text cannot be used together.");
    }
  }
}
