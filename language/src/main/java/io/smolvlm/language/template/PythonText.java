package io.smolvlm.language.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values as Python prints them (`str`), which is how jinja2 prints them.
public final class PythonText {
  private static final int MAX_DEPTH = 64;

  private PythonText() {}

  /// Nothing for an undefined value; the engine does not tell it from none.
  static String of(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    if (value instanceof String text) {
      return text;
    }
    var out = new StringBuilder();
    write(out, value, 0);
    return out.toString();
  }

  private static void write(StringBuilder out, @Nullable Object value, int depth) {
    Run.spend(out.length());
    if (depth > MAX_DEPTH) {
      out.append("...");
      return;
    }
    switch (value) {
      case null -> out.append("None");
      case Boolean b -> out.append(b ? "True" : "False");
      case Map<?, ?> map -> {
        out.append('{');
        String separator = "";
        for (var entry : map.entrySet()) {
          out.append(separator);
          write(out, entry.getKey(), depth + 1);
          out.append(": ");
          write(out, entry.getValue(), depth + 1);
          separator = ", ";
        }
        out.append('}');
      }
      case List<?> list -> {
        out.append('[');
        String separator = "";
        for (Object element : list) {
          out.append(separator);
          write(out, element, depth + 1);
          separator = ", ";
        }
        out.append(']');
      }
      case String text -> quote(out, text);
      default -> out.append(value);
    }
  }

  private static void quote(StringBuilder out, String text) {
    char mark = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(mark);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default -> {
          if (c == mark) {
            out.append('\\');
          }
          out.append(c);
        }
      }
    }
    out.append(mark);
  }

  /// A JSON string as Python's `json.dumps` writes it.
  ///
  /// @param ascii whether everything outside ASCII is escaped, as by default in Python
  public static void quote(String text, boolean ascii, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || (ascii && c > 0x7E)) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
