package io.smolvlm.app.rest.ask;

import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.language.grammar.AnswerGrammar;
import io.smolvlm.language.grammar.JsonSchema;
import io.smolvlm.language.tools.ToolGrammar;
import io.smolvlm.tensor.SmolVlmException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Reads what an answer must be: text, any JSON object, or JSON of a schema.
public final class FormatReader {
  private static final List<String> TYPES = List.of("text", "json_object", "json_schema");

  private final ServedModel model;

  public FormatReader(ServedModel model) {
    this.model = model;
  }

  /// @param format the object `response_format` or `text.format`
  /// @param flat whether the schema stands in the object itself, as in responses
  /// @return empty for free text
  public Optional<AnswerGrammar> read(Fields format, boolean flat) {
    String type = format.needChoice("type", TYPES);
    return switch (type) {
      case "json_object" -> Optional.of(compile(format.path(), () -> JsonSchema.anyObject()));
      case "json_schema" -> Optional.of(schema(format, flat));
      default -> Optional.empty();
    };
  }

  private AnswerGrammar schema(Fields format, boolean flat) {
    Fields holder =
        flat
            ? format
            : format.object("json_schema").orElseThrow(() -> format.missing("json_schema"));
    holder.text("name");
    holder.flag("strict", false);
    var node = holder.get("schema");
    if (node == null) {
      throw holder.missing("schema");
    }
    String path = holder.path("schema");
    return compile(path, () -> JsonSchema.parse(node.toString()));
  }

  private AnswerGrammar compile(String path, Supplier<JsonSchema> schema) {
    return refusing(path, () -> schema.get().grammar(model.tokens()));
  }

  /// The grammar that forces calls.
  public AnswerGrammar calls(ToolUse tools) {
    int most = tools.parallel() ? ToolReader.MAX_CALLS : 1;
    return refusing("tools", () -> ToolGrammar.forced(tools.callable(), most, model.tokens()));
  }

  private static AnswerGrammar refusing(String path, Supplier<AnswerGrammar> grammar) {
    try {
      return grammar.get();
    } catch (SmolVlmException e) {
      throw new ApiException(ApiError.INVALID_SCHEMA, path, String.valueOf(e.getMessage()));
    }
  }
}
