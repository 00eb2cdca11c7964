package io.smolvlm.language.template;

import io.smolvlm.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Methods of Python's strings, lists and dictionaries that chat templates call.
final class Methods {
  private Methods() {}

  static @Nullable Object call(@Nullable Object base, String name, Object[] arguments) {
    @Nullable Object result =
        switch (base) {
          case String text -> ofString(text, name, arguments);
          case Map<?, ?> map -> ofMap(map, name, arguments);
          case List<?> list -> ofList(list, name, arguments);
          case null, default -> UNKNOWN;
        };
    if (result == UNKNOWN) {
      throw Run.stop(
          ErrorCode.UNSAFE,
          "a call of '" + name + "'",
          "methods of strings, lists and dictionaries that only read");
    }
    return result;
  }

  private static final Object UNKNOWN = new Object();

  private static @Nullable Object ofString(String text, String name, Object[] arguments) {
    return switch (name) {
      case "strip" -> strip(text, arguments, true, true);
      case "lstrip" -> strip(text, arguments, true, false);
      case "rstrip" -> strip(text, arguments, false, true);
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "capitalize" -> capitalize(text);
      case "title" -> title(text);
      case "startswith" -> text.startsWith(string(arguments, 0));
      case "endswith" -> text.endsWith(string(arguments, 0));
      case "find" -> (long) text.indexOf(string(arguments, 0));
      case "split" -> split(text, arguments);
      case "splitlines" -> new ArrayList<Object>(text.lines().toList());
      case "replace" -> replace(text, string(arguments, 0), string(arguments, 1));
      case "join" -> join(arguments[0], text);
      default -> UNKNOWN;
    };
  }

  private static @Nullable Object ofMap(Map<?, ?> map, String name, Object[] arguments) {
    return switch (name) {
      case "get" -> {
        Object value = map.get(String.valueOf(arguments[0]));
        yield value == null && arguments.length > 1 ? arguments[1] : value;
      }
      case "keys" -> new ArrayList<Object>(map.keySet());
      case "values" -> new ArrayList<Object>(map.values());
      case "items" -> items(map);
      default -> UNKNOWN;
    };
  }

  private static @Nullable Object ofList(List<?> list, String name, Object[] arguments) {
    return switch (name) {
      case "index" -> (long) list.indexOf(arguments[0]);
      case "count" -> list.stream().filter(e -> e != null && e.equals(arguments[0])).count();
      default -> UNKNOWN;
    };
  }

  static List<Object> items(Map<?, ?> map) {
    List<Object> items = new ArrayList<>();
    map.forEach((key, value) -> {
      List<@Nullable Object> pair = new ArrayList<>();
      pair.add(key);
      pair.add(value);
      items.add(pair);
    });
    return items;
  }

  private static String string(Object[] arguments, int i) {
    if (i >= arguments.length || !(arguments[i] instanceof String text)) {
      throw Run.stop(ErrorCode.CORRUPT, "an argument that is no text", "text");
    }
    return text;
  }

  static String strip(String text, Object[] arguments, boolean left, boolean right) {
    String characters =
        arguments.length > 0 && arguments[0] instanceof String given ? given : " \n\t\r\f\u000B";
    int start = 0;
    int end = text.length();
    while (left && start < end && characters.indexOf(text.charAt(start)) >= 0) {
      start++;
    }
    while (right && end > start && characters.indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return text.substring(start, end);
  }

  /// The first letter upper, the rest lower.
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(Locale.ROOT)
        + text.substring(first).toLowerCase(Locale.ROOT);
  }

  static String title(String text) {
    var out = new StringBuilder();
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.append(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return out.toString();
  }

  static List<Object> split(String text, Object[] arguments) {
    if (arguments.length == 0) {
      String stripped = text.strip();
      return stripped.isEmpty()
          ? new ArrayList<>()
          : new ArrayList<>(List.of((Object[]) stripped.split("\\s+")));
    }
    String separator = string(arguments, 0);
    if (separator.isEmpty()) {
      throw Run.stop(ErrorCode.CORRUPT, "a split at nothing", "a separator");
    }
    long most = arguments.length > 1 && arguments[1] instanceof Number n ? n.longValue() : -1;
    List<Object> parts = new ArrayList<>();
    int from = 0;
    int at = text.indexOf(separator);
    while (at >= 0 && (most < 0 || parts.size() < most)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
      at = text.indexOf(separator, from);
    }
    parts.add(text.substring(from));
    return parts;
  }

  static String replace(String text, String from, String to) {
    long count = 0;
    if (from.isEmpty()) {
      count = text.length() + 1L;
    } else {
      for (int at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + from.length())) {
        count++;
      }
    }
    Run.spend(text.length() + count * Math.max(0L, (long) to.length() - from.length()));
    return text.replace(from, to);
  }

  static String join(Object values, String separator) {
    if (!(values instanceof Iterable<?> list)) {
      throw Run.stop(ErrorCode.CORRUPT, "a join of something else", "a list");
    }
    var out = new StringBuilder();
    boolean first = true;
    for (Object value : list) {
      String text = String.valueOf(value);
      Run.spend(out.length() + (long) text.length() + separator.length());
      out.append(first ? "" : separator).append(text);
      first = false;
    }
    return out.toString();
  }
}
