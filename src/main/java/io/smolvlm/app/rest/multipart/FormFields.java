package io.smolvlm.app.rest.multipart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.app.rest.json.JsonBody;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/// Text fields of a form or of an address, read as if they stood in a JSON object: numbers and
/// Booleans by how they are written, except where a text is meant.
public final class FormFields {
  private static final Set<String> TEXTS = Set.of("prompt", "preset", "model", "user", "stop");
  private static final int MAX_VALUE = 4 << 20;

  private final ObjectNode object = JsonNodeFactory.instance.objectNode();

  /// Adds a field.
  ///
  /// @throws ApiException with [ApiError#INVALID_VALUE] if it is too long or there twice
  public void add(Part part) {
    if (part.content().length > MAX_VALUE) {
      throw new ApiException(
          ApiError.INVALID_VALUE, null, "A text field may hold " + MAX_VALUE + " bytes.");
    }
    add(part.name(), new String(part.content(), StandardCharsets.UTF_8));
  }

  private void add(String name, String value) {
    if (object.has(name)) {
      throw new ApiException(ApiError.INVALID_VALUE, null, "A field stands twice in the form.");
    }
    object.set(name, node(name, value));
  }

  private static JsonNode node(String name, String value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (TEXTS.contains(name)) {
      return nodes.textNode(value);
    }
    if (value.equals("true") || value.equals("false")) {
      return nodes.booleanNode(value.equals("true"));
    }
    if (value.matches("-?[0-9]{1,18}")) {
      return nodes.numberNode(Long.parseLong(value));
    }
    if (value.matches("-?[0-9]{1,18}\\.[0-9]{1,18}")) {
      return nodes.numberNode(Double.parseDouble(value));
    }
    if (value.startsWith("{")) {
      return JsonBody.object(value.getBytes(StandardCharsets.UTF_8)).node();
    }
    return nodes.textNode(value);
  }

  public Fields fields() {
    return Fields.of(object);
  }

  /// The parameters of an address.
  public static Fields ofQuery(MultiMap query) {
    var form = new FormFields();
    for (Map.Entry<String, String> entry : query) {
      form.add(entry.getKey(), entry.getValue());
    }
    return form.fields();
  }
}
