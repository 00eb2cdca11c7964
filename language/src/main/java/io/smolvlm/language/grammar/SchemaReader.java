package io.smolvlm.language.grammar;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/// Reads a schema (JSON Schema 2020-12, the part listed in the package's page) into [Rules]. Every
/// keyword that would change which values are valid and is not followed is refused by name.
final class SchemaReader {
  /// Schemas within schemas.
  private static final int MAX_DEPTH = 32;

  private static final int MAX_RULES = 10_000;

  private static final Set<String> SAY_NOTHING =
      Set.of(
          "title",
          "description",
          "default",
          "example",
          "examples",
          "$schema",
          "$comment",
          "deprecated",
          "readOnly",
          "writeOnly");

  private final Work work;
  private final String base;
  private final Map<String, Rules> places = new HashMap<>();
  private final List<Rules> referring = new ArrayList<>();
  private int nextId;
  private int depth;

  /// @param base of all paths, for errors
  /// @param firstId number of the first rules
  private SchemaReader(Work work, String base, int firstId) {
    this.work = work;
    this.base = base;
    this.nextId = firstId;
  }

  static Rules read(String json, String base, int firstId, Work work) {
    var reader = new SchemaReader(work, base, firstId);
    Rules root = reader.rules(JsonTree.parse(json), "");
    for (Rules rules : reader.referring) {
      rules.referred = reader.resolve(rules);
    }
    return root;
  }

  private Rules resolve(Rules rules) {
    String reference = java.util.Objects.requireNonNull(rules.reference);
    if (!reference.isEmpty() && !reference.startsWith("#")) {
      throw Work.refused("$ref", rules.path, "leads out of the schema");
    }
    String pointer = reference.isEmpty() ? "" : decoded(reference.substring(1));
    Rules to = places.get(pointer);
    if (to == null) {
      throw Work.refused("$ref", rules.path, "leads to no schema");
    }
    return to;
  }

  private static String decoded(String fragment) {
    try {
      return java.net.URLDecoder.decode(
          fragment.replace("+", "%2B"), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return fragment;
    }
  }

  private Rules rules(Object json, String pointer) {
    String path = base + (pointer.isEmpty() ? "#" : "#" + pointer);
    if (++depth > MAX_DEPTH) {
      throw Work.refused("schema", path, "is deeper than " + MAX_DEPTH + " levels");
    }
    if (places.size() >= MAX_RULES) {
      throw Work.refused("schema", path, "has more than " + MAX_RULES + " parts");
    }
    var rules = new Rules(nextId++, path);
    places.put(pointer, rules);
    switch (json) {
      case Boolean all -> rules.never = !all;
      case Map<?, ?> map -> {
        for (var entry : map.entrySet()) {
          keyword(rules, pointer, (String) entry.getKey(), entry.getValue());
        }
        // Bounds of int32, read last.
        if ("int32".equals(map.get("format"))) {
          rules.number =
              rules
                  .number
                  .atLeast(BigDecimal.valueOf(Integer.MIN_VALUE), false)
                  .atMost(BigDecimal.valueOf(Integer.MAX_VALUE), false);
        }
      }
      default -> throw Work.refused("schema", path, "must be an object or a Boolean");
    }
    depth--;
    return rules;
  }

  private void keyword(Rules rules, String pointer, String name, Object value) {
    String path = rules.path;
    work.spend(10, name, path);
    String below = pointer + "/" + name;
    switch (name) {
      case "type" -> type(rules, value);
      case "enum" -> rules.choices.add(List.copyOf(list(name, value, path)));
      case "const" -> rules.choices.add(List.of(value));
      case "minimum" -> rules.number = rules.number.atLeast(number(name, value, path), false);
      case "maximum" -> rules.number = rules.number.atMost(number(name, value, path), false);
      case "exclusiveMinimum" ->
          rules.number = rules.number.atLeast(number(name, value, path), true);
      case "exclusiveMaximum" ->
          rules.number = rules.number.atMost(number(name, value, path), true);
      case "multipleOf" -> {
        BigDecimal step = number(name, value, path);
        if (step.signum() <= 0) {
          throw Work.refused(name, path, "must be above zero");
        }
        rules.number = rules.number.multipleOf(step);
      }
      case "minLength" -> rules.minLength = count(name, value, path);
      case "maxLength" -> rules.maxLength = count(name, value, path);
      case "pattern" -> rules.patterns.add(text(name, value, path));
      case "format" -> format(rules, text(name, value, path));
      case "properties" ->
          each(
              name,
              value,
              path,
              (key, schema) ->
                  rules.properties.put(key, rules(schema, below + "/" + escaped(key))));
      case "required" -> {
        for (Object key : list(name, value, path)) {
          rules.required.add(text(name, key, path));
        }
      }
      case "additionalProperties" -> rules.additional = rules(value, below);
      case "items" -> rules.items = rules(value, below);
      case "prefixItems" -> rules.prefix = schemas(name, value, pointer, path);
      case "minItems" -> rules.minItems = count(name, value, path);
      case "maxItems" -> rules.maxItems = count(name, value, path);
      case "uniqueItems" -> rules.unique = bool(name, value, path);
      case "anyOf", "oneOf" ->
          rules.alternatives.add(
              new Rules.Alternatives(name.equals("oneOf"), schemas(name, value, pointer, path)));
      case "allOf" -> rules.all = schemas(name, value, pointer, path);
      case "$ref" -> {
        rules.reference = text(name, value, path);
        referring.add(rules);
      }
      case "$defs", "definitions" ->
          each(name, value, path, (key, schema) -> rules(schema, below + "/" + escaped(key)));
      default -> {
        if (!SAY_NOTHING.contains(name) && !(name.equals("$id") && pointer.isEmpty())) {
          throw Work.refused(name, path, "is not supported");
        }
      }
    }
  }

  private static String escaped(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }

  private List<Rules> schemas(String name, Object value, String pointer, String path) {
    List<Rules> result = new ArrayList<>();
    for (Object schema : list(name, value, path)) {
      result.add(rules(schema, pointer + "/" + name + "/" + result.size()));
    }
    if (result.isEmpty()) {
      throw Work.refused(name, path, "must not be empty");
    }
    return List.copyOf(result);
  }

  private static void type(Rules rules, Object value) {
    List<?> names = value instanceof List<?> list ? list : List.of(value);
    var kinds = EnumSet.noneOf(Rules.Kind.class);
    boolean integer = false;
    boolean number = false;
    for (Object name : names) {
      switch (text("type", name, rules.path)) {
        case "object" -> kinds.add(Rules.Kind.OBJECT);
        case "array" -> kinds.add(Rules.Kind.ARRAY);
        case "string" -> kinds.add(Rules.Kind.STRING);
        case "boolean" -> kinds.add(Rules.Kind.BOOLEAN);
        case "null" -> kinds.add(Rules.Kind.NULL);
        case "number" -> number = true;
        case "integer" -> integer = true;
        default ->
            throw Work.refused(
                "type",
                rules.path,
                "must be object, array, string, number, integer, boolean or null");
      }
    }
    if (integer || number) {
      kinds.add(Rules.Kind.NUMBER);
    }
    if (integer && !number) {
      rules.number = rules.number.onlyIntegers();
    }
    rules.kinds = kinds;
  }

  private static void format(Rules rules, String format) {
    switch (format) {
      case "int32", "int64", "float", "double" -> {}
      default ->
          rules.patterns.add(
              Formats.pattern(format)
                  .orElseThrow(() ->
                      Work.refused("format '" + format + "'", rules.path, "is not supported")));
    }
  }

  private static void each(
      String name, Object value, String path, BiConsumer<String, Object> member) {
    if (!(value instanceof Map<?, ?> map)) {
      throw Work.refused(name, path, "must be an object");
    }
    map.forEach((key, schema) -> member.accept((String) key, schema));
  }

  private static List<Object> list(String name, Object value, String path) {
    if (!(value instanceof List<?> list)) {
      throw Work.refused(name, path, "must be an array");
    }
    return new ArrayList<>(list);
  }

  private static String text(String name, Object value, String path) {
    if (!(value instanceof String text)) {
      throw Work.refused(name, path, "must be a string");
    }
    return text;
  }

  private static boolean bool(String name, Object value, String path) {
    if (!(value instanceof Boolean bool)) {
      throw Work.refused(name, path, "must be true or false");
    }
    return bool;
  }

  private static BigDecimal number(String name, Object value, String path) {
    if (!(value instanceof BigDecimal number)) {
      throw Work.refused(name, path, "must be a number");
    }
    return number;
  }

  private static int count(String name, Object value, String path) {
    BigDecimal number = number(name, value, path);
    if (number.signum() < 0 || number.scale() > 0) {
      throw Work.refused(name, path, "must be a whole number, 0 or above");
    }
    return number.min(BigDecimal.valueOf(Integer.MAX_VALUE)).intValue();
  }
}
