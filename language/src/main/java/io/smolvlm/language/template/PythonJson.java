package io.smolvlm.language.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON as Python's `json.dumps(value, ensure_ascii=False, indent=indent)` writes it.
final class PythonJson {
  private static final int MAX_DEPTH = 64;

  private final StringBuilder out = new StringBuilder();
  private final int indent;

  private PythonJson(int indent) {
    this.indent = indent;
  }

  /// @param indent blanks a level, -1 for one line
  static String write(@Nullable Object value, int indent) {
    var json = new PythonJson(indent);
    json.value(value, 0);
    return json.out.toString();
  }

  private void value(@Nullable Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw Run.stop(
          io.smolvlm.tensor.ErrorCode.LIMIT, "deeper nesting", "at most " + MAX_DEPTH + " levels");
    }
    Run.spend(out.length());
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map -> map(map, depth);
      case List<?> list -> list(list, depth);
      case Boolean b -> out.append(b);
      case Number n -> out.append(n);
      default -> PythonText.quote(value.toString(), false, out);
    }
  }

  private void map(Map<?, ?> map, int depth) {
    out.append('{');
    boolean first = true;
    for (var entry : map.entrySet()) {
      separate(first, depth + 1);
      PythonText.quote(String.valueOf(entry.getKey()), false, out);
      out.append(": ");
      value(entry.getValue(), depth + 1);
      first = false;
    }
    close(first, '}', depth);
  }

  private void list(List<?> list, int depth) {
    out.append('[');
    boolean first = true;
    for (Object element : list) {
      separate(first, depth + 1);
      value(element, depth + 1);
      first = false;
    }
    close(first, ']', depth);
  }

  private void separate(boolean first, int depth) {
    if (!first) {
      out.append(indent < 0 ? ", " : ",");
    }
    newline(depth);
  }

  private void close(boolean empty, char bracket, int depth) {
    if (!empty) {
      newline(depth);
    }
    out.append(bracket);
  }

  private void newline(int depth) {
    if (indent >= 0) {
      out.append('\n').repeat(' ', indent * depth);
    }
  }
}
