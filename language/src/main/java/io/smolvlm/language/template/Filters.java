package io.smolvlm.language.template;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import com.hubspot.jinjava.lib.filter.Filter;
import io.smolvlm.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The filters a template may use, with jinja2's results and bounded output. They replace the
/// engine's own; a filter that is not here does not exist.
final class Filters {
  @FunctionalInterface
  private interface Body {
    @Nullable Object apply(@Nullable Object value, Object[] arguments, Map<String, Object> named);
  }

  private record Named(String name, Body body) implements AdvancedFilter {
    @Override
    public String getName() {
      return name;
    }

    @Override
    @SuppressWarnings("NullAway") // templates know undefined values
    public @Nullable Object filter(
        Object value,
        JinjavaInterpreter interpreter,
        Object[] arguments,
        Map<String, Object> named) {
      return body.apply(value, arguments, named);
    }
  }

  private final Map<String, Filter> all = new LinkedHashMap<>();

  private Filters() {
    text("trim", (s, a) -> Methods.strip(s, a, true, true));
    text("upper", (s, a) -> s.toUpperCase(Locale.ROOT));
    text("lower", (s, a) -> s.toLowerCase(Locale.ROOT));
    text("capitalize", (s, a) -> Methods.capitalize(s));
    text("title", (s, a) -> Methods.title(s));
    text("replace", (s, a) -> Methods.replace(s, argument(a, 0), argument(a, 1)));
    text("string", (s, a) -> s);
    text("safe", (s, a) -> s);
    add("length", (v, a, n) -> length(v));
    add("count", (v, a, n) -> length(v));
    add("tojson", Filters::json);
    add("default", Filters::defaulted);
    add("d", Filters::defaulted);
    add("first", (v, a, n) -> list(v).isEmpty() ? null : list(v).getFirst());
    add("last", (v, a, n) -> list(v).isEmpty() ? null : list(v).getLast());
    add("list", (v, a, n) -> new ArrayList<>(list(v)));
    add("reverse", (v, a, n) -> new ArrayList<>(list(v).reversed()));
    add("join", (v, a, n) -> Methods.join(list(v), a.length > 0 ? String.valueOf(a[0]) : ""));
    add("items", (v, a, n) -> v instanceof Map<?, ?> map ? Methods.items(map) : List.of());
    add("int", (v, a, n) -> integer(v));
    add("map", Filters::mapped);
    add("selectattr", (v, a, n) -> selected(list(v), a, true));
    add("rejectattr", (v, a, n) -> selected(list(v), a, false));
  }

  static Map<String, Filter> all() {
    return new Filters().all;
  }

  private void add(String name, Body body) {
    all.put(name, new Named(name, body));
  }

  private void text(String name, java.util.function.BiFunction<String, Object[], String> body) {
    add(
        name,
        (value, arguments, named) -> {
          String result = body.apply(value == null ? "" : value.toString(), arguments);
          Run.spend(result.length());
          return result;
        });
  }

  private static String argument(Object[] arguments, int i) {
    return i < arguments.length ? String.valueOf(arguments[i]) : "";
  }

  private static long length(@Nullable Object value) {
    return switch (value) {
      case null -> 0;
      case Map<?, ?> map -> map.size();
      case String text -> text.codePointCount(0, text.length());
      default -> list(value).size();
    };
  }

  private static List<?> list(@Nullable Object value) {
    return switch (value) {
      case null -> List.of();
      case List<?> list -> list;
      case Map<?, ?> map -> new ArrayList<>(map.keySet());
      case String text -> text.codePoints().mapToObj(Character::toString).toList();
      case Iterable<?> values -> {
        List<@Nullable Object> copy = new ArrayList<>();
        values.forEach(copy::add);
        yield copy;
      }
      default -> throw Run.stop(ErrorCode.CORRUPT, "a value that is no list", "a list");
    };
  }

  private static String json(@Nullable Object value, Object[] a, Map<String, Object> named) {
    Object indent = named.getOrDefault("indent", a.length > 0 ? a[0] : -1);
    int blanks = indent instanceof Number n ? Math.clamp(n.longValue(), -1, 16) : -1;
    return PythonJson.write(value, blanks);
  }

  private static @Nullable Object defaulted(
      @Nullable Object value, Object[] a, Map<String, Object> named) {
    boolean falsy = a.length > 1 && Boolean.TRUE.equals(a[1]);
    boolean empty = Boolean.FALSE.equals(value) || "".equals(value);
    return value == null || (falsy && empty) ? (a.length > 0 ? a[0] : "") : value;
  }

  private static long integer(@Nullable Object value) {
    if (value instanceof Number n) {
      return n.longValue();
    }
    try {
      return Long.parseLong(String.valueOf(value).strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static Object mapped(@Nullable Object value, Object[] a, Map<String, Object> named) {
    Object attribute = named.get("attribute");
    List<@Nullable Object> result = new ArrayList<>();
    for (Object element : list(value)) {
      if (attribute != null) {
        result.add(element instanceof Map<?, ?> map ? map.get(String.valueOf(attribute)) : null);
      } else {
        result.add(
            switch (argument(a, 0)) {
              case "trim" -> Methods.strip(String.valueOf(element), new Object[0], true, true);
              case "upper" -> String.valueOf(element).toUpperCase(Locale.ROOT);
              case "lower" -> String.valueOf(element).toLowerCase(Locale.ROOT);
              case "string" -> String.valueOf(element);
              case "tojson" -> PythonJson.write(element, -1);
              default ->
                  throw Run.stop(
                      ErrorCode.UNSUPPORTED, "a map by '" + argument(a, 0) + "'", "an attribute");
            });
      }
    }
    return result;
  }

  private static Object selected(List<?> list, Object[] a, boolean wanted) {
    List<@Nullable Object> result = new ArrayList<>();
    String test = a.length > 1 ? String.valueOf(a[1]) : "truthy";
    for (Object element : list) {
      Object value = element instanceof Map<?, ?> map ? map.get(argument(a, 0)) : null;
      boolean holds =
          switch (test) {
            case "truthy" -> value != null && !Boolean.FALSE.equals(value) && !"".equals(value);
            case "defined" -> value != null;
            case "undefined", "none" -> value == null;
            case "equalto", "eq", "==" -> a.length > 2 && Objects.equals(value, a[2]);
            case "ne", "!=" -> a.length > 2 && !Objects.equals(value, a[2]);
            case "in" -> a.length > 2 && a[2] instanceof List<?> in && in.contains(value);
            default ->
                throw Run.stop(ErrorCode.UNSUPPORTED, "the test '" + test + "'", "another test");
          };
      if (holds == wanted) {
        result.add(element);
      }
    }
    return result;
  }
}
