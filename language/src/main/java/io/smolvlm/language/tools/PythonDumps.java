package io.smolvlm.language.tools;

import io.smolvlm.language.template.PythonText;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON as Python's `json.dumps(value)` writes it with its defaults: one line, `", "` and `": "`
/// between, everything outside ASCII escaped. The card's instructions show tools so.
final class PythonDumps {
  private static final int MAX_DEPTH = 64;

  private final StringBuilder out = new StringBuilder();

  private PythonDumps() {}

  /// @param value maps, lists, strings, numbers, Booleans and null
  static String write(@Nullable Object value) {
    var dumps = new PythonDumps();
    dumps.value(value, 0);
    return dumps.out.toString();
  }

  private void value(@Nullable Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "tools: deeper nesting than " + MAX_DEPTH + " levels");
    }
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map -> {
        out.append('{');
        String separator = "";
        for (var entry : map.entrySet()) {
          out.append(separator);
          PythonText.quote(String.valueOf(entry.getKey()), true, out);
          out.append(": ");
          value(entry.getValue(), depth + 1);
          separator = ", ";
        }
        out.append('}');
      }
      case List<?> list -> {
        out.append('[');
        String separator = "";
        for (Object element : list) {
          out.append(separator);
          value(element, depth + 1);
          separator = ", ";
        }
        out.append(']');
      }
      case Boolean b -> out.append(b);
      case Number n -> out.append(n);
      default -> PythonText.quote(value.toString(), true, out);
    }
  }
}
