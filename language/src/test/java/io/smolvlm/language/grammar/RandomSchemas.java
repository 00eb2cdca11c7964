package io.smolvlm.language.grammar;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;

/// Schemas of all supported keywords, most of which some value fits.
final class RandomSchemas {
  private static final List<String> PATTERNS =
      List.of(
          "^[a-z]+$",
          "^\\d{3}-\\d{4}$",
          "foo",
          "^(a|bc)*d$",
          "[^a-z]",
          "^.{2,5}$",
          "^\\S+@\\S+$",
          "^[\u00e0-\u00ff]{1,3}$",
          "^(?:\\\\|\")+$",
          "x$",
          "^[A-Z]\\w{0,8}",
          "[\ud83d\ude00-\ud83d\ude05]");
  private static final List<String> FORMATS =
      List.of("date", "time", "date-time", "uuid", "ipv4", "ipv6", "hostname");
  private static final List<String> NAMES =
      List.of("a", "b", "ab", "name", "\u00e9", "q\"t", "b\\s", "", "naive", "x y", "\ud83d\ude00");

  private final ObjectMapper json = new ObjectMapper();
  private final Random random;
  private ObjectNode definitions = json.createObjectNode();

  RandomSchemas(Random random) {
    this.random = random;
  }

  ObjectNode next() {
    definitions = json.createObjectNode();
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      definitions.putObject("d" + i);
    }
    for (int i = 0; i < count; i++) {
      ((ObjectNode) definitions.get("d" + i)).setAll(object(1));
    }
    ObjectNode root = schema(0);
    if (count > 0) {
      root.set("$defs", definitions);
    }
    return root;
  }

  private ObjectNode schema(int depth) {
    return switch (random.nextInt(depth > 3 ? 7 : 12)) {
      case 0 -> text();
      case 1, 2 -> number();
      case 3 -> type("boolean");
      case 4 -> type("null");
      case 5 -> choice();
      case 6 -> reference(depth);
      case 7, 8 -> object(depth);
      case 9 -> array(depth);
      case 10 -> any(depth);
      default -> both(depth);
    };
  }

  private ObjectNode type(String name) {
    ObjectNode node = json.createObjectNode();
    node.put("type", name);
    if (random.nextInt(4) == 0) {
      node.put("title", "T").put("description", "says nothing");
    }
    return node;
  }

  private ObjectNode text() {
    ObjectNode node = type("string");
    switch (random.nextInt(5)) {
      case 0 -> node.put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
      case 1 -> node.put("format", FORMATS.get(random.nextInt(FORMATS.size())));
      case 2 -> {
        int min = random.nextInt(6);
        node.put("minLength", min);
        node.put("maxLength", min + random.nextInt(6));
      }
      case 3 -> node.put("maxLength", 1 + random.nextInt(20)).put("pattern", "^[^!]*$");
      default -> {}
    }
    return node;
  }

  private ObjectNode number() {
    boolean integer = random.nextBoolean();
    ObjectNode node = type(integer ? "integer" : "number");
    BigDecimal low = BigDecimal.valueOf(random.nextInt(40_000) - 20_000, random.nextInt(5));
    BigDecimal high = low.add(BigDecimal.valueOf(2 + random.nextInt(5000), random.nextInt(2)));
    if (random.nextInt(3) > 0) {
      node.put(random.nextBoolean() ? "minimum" : "exclusiveMinimum", low);
    }
    if (random.nextInt(3) > 0) {
      node.put(random.nextBoolean() ? "maximum" : "exclusiveMaximum", high);
    }
    if (random.nextInt(4) == 0) {
      node.put(
          "multipleOf",
          integer
              ? BigDecimal.valueOf(1 + random.nextInt(2))
              : List.of(new BigDecimal("0.01"), new BigDecimal("0.5"), BigDecimal.ONE)
                  .get(random.nextInt(3)));
    }
    return node;
  }

  private ObjectNode choice() {
    ObjectNode node = json.createObjectNode();
    if (random.nextInt(3) == 0) {
      node.put("const", NAMES.get(random.nextInt(NAMES.size())));
      return node;
    }
    ArrayNode values = node.putArray("enum");
    for (int i = 0; i <= random.nextInt(6); i++) {
      switch (random.nextInt(5)) {
        case 0 -> values.add(random.nextInt(300) - 100);
        case 1 -> values.add(random.nextBoolean());
        case 2 -> values.addNull();
        case 3 -> values.addArray().add(1).add("x");
        default -> values.add(NAMES.get(random.nextInt(NAMES.size())));
      }
    }
    return node;
  }

  private ObjectNode reference(int depth) {
    if (definitions.isEmpty() || depth == 0) {
      return type("boolean");
    }
    return json.createObjectNode().put("$ref", "#/$defs/d" + random.nextInt(definitions.size()));
  }

  private ObjectNode object(int depth) {
    ObjectNode node = type("object");
    ObjectNode properties = json.createObjectNode();
    ArrayNode required = json.createArrayNode();
    for (int i = random.nextInt(5); i > 0; i--) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      ObjectNode value = schema(depth + 1);
      properties.set(name, value);
      // A needed reference may need itself for ever.
      if (random.nextBoolean() && !value.toString().contains("$ref")) {
        required.add(name);
      }
    }
    if (!properties.isEmpty() || random.nextBoolean()) {
      node.set("properties", properties);
    }
    if (!required.isEmpty()) {
      node.set("required", required);
    }
    switch (random.nextInt(4)) {
      case 0 -> node.put("additionalProperties", false);
      case 1 -> node.put("additionalProperties", true);
      case 2 -> node.set("additionalProperties", schema(depth + 1));
      default -> {}
    }
    return node;
  }

  private ObjectNode array(int depth) {
    ObjectNode node = type("array");
    if (random.nextInt(6) == 0) {
      node.put("uniqueItems", true);
      node.set("items", random.nextBoolean() ? type("string") : choice());
      node.put("maxItems", 1 + random.nextInt(3));
      return node;
    }
    if (random.nextInt(4) == 0) {
      ArrayNode prefix = node.putArray("prefixItems");
      for (int i = 0; i <= random.nextInt(3); i++) {
        prefix.add(schema(depth + 1));
      }
    }
    if (random.nextInt(5) > 0) {
      node.set("items", schema(depth + 1));
    }
    int min = random.nextInt(3);
    if (random.nextBoolean() && !node.toString().contains("$ref")) {
      node.put("minItems", min);
    }
    if (random.nextBoolean()) {
      node.put("maxItems", min + random.nextInt(3));
    }
    return node;
  }

  private ObjectNode any(int depth) {
    ObjectNode node = json.createObjectNode();
    if (random.nextInt(3) == 0) {
      ArrayNode options = node.putArray("oneOf");
      options.add(type("null")).add(object(depth + 1)).add(text());
      return node;
    }
    ArrayNode options = node.putArray("anyOf");
    for (int i = 0; i <= random.nextInt(4); i++) {
      options.add(schema(depth + 1));
    }
    return node;
  }

  private ObjectNode both(int depth) {
    ObjectNode node = json.createObjectNode();
    ArrayNode parts = node.putArray("allOf");
    parts.add(object(depth + 1));
    if (random.nextBoolean()) {
      parts.add(object(depth + 1));
    } else {
      node.putArray("type").add("object").add("null");
    }
    return node;
  }
}
