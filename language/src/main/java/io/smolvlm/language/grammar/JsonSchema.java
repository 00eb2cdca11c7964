package io.smolvlm.language.grammar;

import io.smolvlm.tensor.SmolVlmException;
import java.util.List;
import java.util.Map;

/// A JSON schema that answers can be held to, compiled. Immutable, safe for use by several threads.
///
/// Which keywords are followed, and how, stands on the page of this package.
public final class JsonSchema {
  private final List<Node> nodes;
  private final List<Node> parts;

  private JsonSchema(List<Node> nodes, List<Node> parts) {
    this.nodes = nodes;
    this.parts = parts;
  }

  /// Reads and compiles a schema. Takes a fraction of a second at most, whatever the schema.
  ///
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] if it is no schema, holds a keyword
  ///   that is not supported, allows no value, or is too large; the message names keyword and path
  public static JsonSchema parse(String json) {
    var work = new Work();
    return of(SchemaReader.read(json, "", 0, work), work, "", "");
  }

  /// Any JSON object, as `response_format` `json_object` asks for.
  public static JsonSchema anyObject() {
    return parse("{\"type\":\"object\"}");
  }

  /// A list of calls, each an object of `name` and `arguments`, between two texts.
  ///
  /// @param parameters by name of each function, the schema of its arguments, which are an object
  ///   whatever the schema says; not empty
  /// @param maxCalls of one answer, at least 1
  /// @throws SmolVlmException as [#parse]
  public static JsonSchema calls(
      Map<String, String> parameters, int maxCalls, String before, String after) {
    var work = new Work();
    int id = 0;
    var options = new java.util.ArrayList<Rules>();
    for (var function : parameters.entrySet()) {
      Rules arguments = object(id, function.getKey());
      Rules schema = SchemaReader.read(function.getValue(), function.getKey(), id + 10, work);
      arguments.all = List.of(schema);
      Rules name = new Rules(id + 1, function.getKey());
      name.choices.add(List.of(function.getKey()));
      Rules call = object(id + 2, function.getKey());
      call.properties.put("name", name);
      call.properties.put("arguments", arguments);
      call.required.addAll(call.properties.keySet());
      options.add(call);
      id += 20_000;
    }
    Rules list = new Rules(id, "tools");
    list.kinds = java.util.EnumSet.of(Rules.Kind.ARRAY);
    list.minItems = 1;
    list.maxItems = maxCalls;
    Rules item = new Rules(id + 1, "tools");
    item.alternatives.add(new Rules.Alternatives(false, options));
    list.items = item;
    return of(list, work, before, after);
  }

  private static Rules object(int id, String path) {
    var rules = new Rules(id, path);
    rules.kinds = java.util.EnumSet.of(Rules.Kind.OBJECT);
    return rules;
  }

  private static JsonSchema of(Rules root, Work work, String before, String after) {
    var compiler = new SchemaCompiler(work, 1 << 24);
    Node node = compiler.compile(root);
    List<Node> parts =
        before.isEmpty()
            ? List.of(node)
            : List.of(compiler.literal(before), node, compiler.literal(after));
    return new JsonSchema(compiler.nodes(), parts);
  }

  List<Node> nodes() {
    return nodes;
  }

  List<Node> parts() {
    return parts;
  }

  /// The schema for the tokens of one model.
  public AnswerGrammar grammar(TokenVocabulary vocabulary) {
    return new JsonGrammar(this, vocabulary);
  }
}
