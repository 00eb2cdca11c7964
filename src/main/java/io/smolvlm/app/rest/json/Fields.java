package io.smolvlm.app.rest.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// The fields of one object of a request, each read once with its type and range. A field that is
/// null is absent; errors name the field by its path, as in `messages[0].content`.
///
/// Remembers what was asked for, so that what nobody knows can be counted.
public final class Fields {
  private final ObjectNode node;
  private final String path;
  private final Set<String> known = new HashSet<>();

  Fields(ObjectNode node, String path) {
    this.node = node;
    this.path = path;
  }

  /// The fields of a whole body.
  public static Fields of(ObjectNode node) {
    return new Fields(node, "");
  }

  /// The object's place, empty for the body itself.
  public String path() {
    return path;
  }

  /// The place of a field.
  public String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /// The object itself, for what takes JSON.
  public ObjectNode node() {
    return node;
  }

  /// Whether the field stands there and is not null.
  public boolean has(String name) {
    return get(name) != null;
  }

  /// The field's value; null when it is absent or null.
  public @Nullable JsonNode get(String name) {
    known.add(name);
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value;
  }

  /// Says that a field is known and has no effect here.
  public void ignore(String... names) {
    known.addAll(List.of(names));
  }

  /// Fields that nobody asked for.
  public List<String> unknown() {
    var unknown = new ArrayList<String>();
    node.fieldNames()
        .forEachRemaining(name -> {
          if (!known.contains(name)) {
            unknown.add(name);
          }
        });
    return unknown;
  }

  public Optional<String> text(String name) {
    JsonNode value = get(name);
    return value == null ? Optional.empty() : Optional.of(text(value, path(name)));
  }

  /// A text that must be one of a list.
  public Optional<String> choice(String name, List<String> allowed) {
    Optional<String> text = text(name);
    if (text.isPresent() && !allowed.contains(text.get())) {
      throw new ApiException(
          ApiError.INVALID_VALUE,
          path(name),
          path(name) + " must be one of " + String.join(", ", allowed) + ".");
    }
    return text;
  }

  public String needChoice(String name, List<String> allowed) {
    return choice(name, allowed).orElseThrow(() -> missing(name));
  }

  public String needText(String name) {
    return text(name).orElseThrow(() -> missing(name));
  }

  public boolean flag(String name, boolean absent) {
    JsonNode value = get(name);
    if (value == null) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw type(path(name), "true or false", value);
    }
    return value.booleanValue();
  }

  /// A whole number, also when it is written as `3.0`.
  public OptionalLong integer(String name, long low, long high) {
    JsonNode value = get(name);
    return value == null
        ? OptionalLong.empty()
        : OptionalLong.of(integer(value, path(name), low, high));
  }

  public OptionalDouble number(String name, double low, double high) {
    JsonNode value = get(name);
    return value == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(number(value, path(name), low, high));
  }

  public Optional<Fields> object(String name) {
    JsonNode value = get(name);
    return value == null ? Optional.empty() : Optional.of(object(value, path(name)));
  }

  /// A list, each entry read by `reader`, which gets the entry and its path.
  public <T> Optional<List<T>> list(String name, int most, BiFunction<JsonNode, String, T> reader) {
    JsonNode value = get(name);
    if (value == null) {
      return Optional.empty();
    }
    return Optional.of(list(value, path(name), most, ApiError.INVALID_VALUE, reader));
  }

  public static <T> List<T> list(
      JsonNode value,
      String path,
      int most,
      ApiError tooMany,
      BiFunction<JsonNode, String, T> reader) {
    if (!value.isArray()) {
      throw type(path, "a list", value);
    }
    if (value.size() > most) {
      throw new ApiException(
          tooMany, path, path + " may hold " + most + " entries; it holds " + value.size() + ".");
    }
    List<T> list = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      list.add(reader.apply(value.get(i), path + "[" + i + "]"));
    }
    return list;
  }

  public static Fields object(JsonNode value, String path) {
    if (!(value instanceof ObjectNode object)) {
      throw type(path, "an object", value);
    }
    return new Fields(object, path);
  }

  public static String text(JsonNode value, String path) {
    if (!value.isTextual()) {
      throw type(path, "a string", value);
    }
    return value.textValue();
  }

  public static long integer(JsonNode value, String path, long low, long high) {
    if (!value.isNumber()) {
      throw type(path, "a whole number", value);
    }
    boolean whole =
        value.isIntegralNumber()
            || (value.isDouble() && value.doubleValue() == Math.rint(value.doubleValue()));
    if (!whole) {
      throw type(path, "a whole number", value);
    }
    boolean fits =
        value.isIntegralNumber()
            ? value.canConvertToLong()
            : Math.abs(value.doubleValue()) <= 1L << 53;
    long number = value.longValue();
    if (!fits || number < low || number > high) {
      throw range(path, Long.toString(low), Long.toString(high), value);
    }
    return number;
  }

  public static double number(JsonNode value, String path, double low, double high) {
    if (!value.isNumber()) {
      throw type(path, "a number", value);
    }
    double number = value.doubleValue();
    if (!(number >= low && number <= high)) {
      throw range(path, plain(low), plain(high), value);
    }
    return number;
  }

  private static String plain(double bound) {
    if (bound == Float.MIN_VALUE) {
      return "above 0";
    }
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }

  public ApiException missing(String name) {
    return new ApiException(
        ApiError.MISSING_REQUIRED_PARAMETER, path(name), path(name) + " is needed.");
  }

  /// A refusal of this field's value.
  public ApiException invalid(String name, String message) {
    return new ApiException(ApiError.INVALID_VALUE, path(name), message);
  }

  public static ApiException type(String path, String needed, JsonNode found) {
    return new ApiException(
        ApiError.INVALID_TYPE, path, path + " must be " + needed + ", not " + kind(found) + ".");
  }

  private static ApiException range(String path, String low, String high, JsonNode found) {
    String given = found.asText();
    return new ApiException(
        ApiError.INVALID_VALUE,
        path,
        path
            + " must be "
            + (low.startsWith("above") ? low : "from " + low)
            + " to "
            + high
            + ", not "
            + (given.length() > 24 ? given.substring(0, 24) + ".." : given)
            + ".");
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
      default -> "something else";
    };
  }
}
