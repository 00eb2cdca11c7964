package io.smolvlm.language.grammar;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// JSON values of a schema: [Map], [List], [String], [BigDecimal], [Boolean] and [#NULL].
final class JsonTree {
  static final Object NULL = new Object();

  /// Characters of a schema.
  static final int MAX_CHARACTERS = 256 << 10;

  /// Levels of JSON; a schema's own levels need two each.
  private static final int MAX_DEPTH = 80;

  private static final int MAX_DIGITS = 100;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_DIGITS)
                  .maxStringLength(MAX_CHARACTERS)
                  .build())
          .build();

  private JsonTree() {}

  static Object parse(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw Work.refused(
          "text", "", "has " + text.length() + " characters, allowed " + MAX_CHARACTERS);
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      Object value = value(parser);
      if (parser.nextToken() != null) {
        throw Work.refused("text", "", "goes on after its end");
      }
      return value;
    } catch (JacksonException e) {
      throw Work.refused("text", "", "is no JSON, or deeper than allowed");
    } catch (IOException e) {
      throw Work.refused("text", "", "cannot be read");
    }
  }

  private static Object value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw Work.refused("text", "", "ends early");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Object> map = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String key = parser.currentName();
          parser.nextToken();
          map.put(key, value(parser));
        }
        yield map;
      }
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getText());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> NULL;
      default -> throw Work.refused("text", "", "ends early");
    };
  }

  private static BigDecimal number(String text) {
    try {
      BigDecimal number = new BigDecimal(text);
      if (Math.abs((long) number.scale()) <= MAX_DIGITS) {
        return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
      }
    } catch (NumberFormatException e) {
      // An exponent beyond what BigDecimal holds: refused below.
    }
    throw Work.refused("number", "", "is beyond 100 digits");
  }

  /// The shortest text of a value: no white space, only what must be escaped is.
  static String write(Object value) {
    var out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out) {
    switch (value) {
      case Map<?, ?> map -> {
        out.append('{');
        for (var entry : map.entrySet()) {
          if (out.charAt(out.length() - 1) != '{') {
            out.append(',');
          }
          string((String) entry.getKey(), out);
          out.append(':');
          write(entry.getValue(), out);
        }
        out.append('}');
      }
      case List<?> list -> {
        out.append('[');
        String separator = "";
        for (Object element : list) {
          out.append(separator);
          write(element, out);
          separator = ",";
        }
        out.append(']');
      }
      case String text -> string(text, out);
      case BigDecimal number ->
          out.append(Math.abs(number.scale()) <= 20 ? number.toPlainString() : number.toString());
      case Boolean b -> out.append(b);
      default -> out.append("null");
    }
  }

  private static void string(String text, StringBuilder out) {
    out.append('"');
    text.codePoints().forEach(c -> character(c, out));
    out.append('"');
  }

  private static void character(int c, StringBuilder out) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      default -> {
        if (CodePoints.plain(c)) {
          out.appendCodePoint(c);
        } else {
          for (char half : Character.toChars(c)) {
            out.append("\\u%04x".formatted((int) half));
          }
        }
      }
    }
  }
}
