package io.smolvlm.language;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Pulls the few parts that this room needs out of `tokenizer.json` and its companions. A tree of
/// fifty thousand merges is never built; parts of no interest are passed over. Every broken rule is
/// a [FormatException] that names the file.
///
/// Stands on the value that is read or passed over next.
final class JsonReader {
  // Names come from outside: neither interned nor put into the factory's shared table.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(64)
                  .maxNumberLength(40)
                  .maxStringLength(4 << 20)
                  .maxNameLength(50_000)
                  .build())
          .build();

  private final String file;
  private final JsonParser parser;

  JsonReader(String file, String text) {
    this.file = file;
    try {
      parser = FACTORY.createParser(text);
    } catch (IOException e) {
      throw corrupt(e);
    }
    next();
  }

  static JsonReader of(String file, byte[] utf8) {
    return new JsonReader(file, decode(file, utf8));
  }

  /// Strict UTF-8; replacement characters would hide a broken file.
  static String decode(String file, byte[] utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new FormatException(
          ErrorCode.CORRUPT, file, "content", "bytes that are not UTF-8", "UTF-8");
    }
  }

  private JsonToken next() {
    try {
      JsonToken token = parser.nextToken();
      return token == null ? JsonToken.NOT_AVAILABLE : token;
    } catch (IOException e) {
      throw corrupt(e);
    }
  }

  private FormatException corrupt(IOException e) {
    String found = e instanceof JacksonException json ? json.getOriginalMessage() : e.toString();
    return new FormatException(ErrorCode.CORRUPT, file, "JSON", found, "valid JSON");
  }

  private FormatException needed(String needed) {
    String found = parser.currentToken() == null ? "the end" : parser.currentToken().name();
    return new FormatException(ErrorCode.CORRUPT, file, place(), found, needed);
  }

  private String place() {
    return "character " + parser.currentTokenLocation().getCharOffset();
  }

  /// The character at which the value begins.
  int start() {
    return (int) parser.currentTokenLocation().getCharOffset();
  }

  /// Passes over the value.
  ///
  /// @return the character behind it
  int skip() {
    try {
      parser.skipChildren();
    } catch (IOException e) {
      throw corrupt(e);
    }
    return (int) parser.currentLocation().getCharOffset();
  }

  /// Calls `member` with each key; it must read or pass over the value.
  void object(Consumer<String> member) {
    require(JsonToken.START_OBJECT, "an object");
    while (next() != JsonToken.END_OBJECT) {
      require(JsonToken.FIELD_NAME, "a name");
      String key = text();
      next();
      member.accept(key);
    }
  }

  /// Calls `element` on each element; it must read or pass over it.
  void array(Runnable element) {
    require(JsonToken.START_ARRAY, "an array");
    while (next() != JsonToken.END_ARRAY) {
      element.run();
    }
  }

  private void require(JsonToken token, String needed) {
    if (parser.currentToken() != token) {
      throw needed(needed);
    }
  }

  String string() {
    require(JsonToken.VALUE_STRING, "a string");
    return text();
  }

  private String text() {
    try {
      return parser.getText();
    } catch (IOException e) {
      throw corrupt(e);
    }
  }

  /// A whole number; one that needs more than 64 bits counts as the largest.
  long integer() {
    require(JsonToken.VALUE_NUMBER_INT, "a whole number");
    try {
      return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          ? Long.MAX_VALUE
          : parser.getLongValue();
    } catch (IOException e) {
      throw corrupt(e);
    }
  }

  boolean bool() {
    if (parser.currentToken() != JsonToken.VALUE_TRUE
        && parser.currentToken() != JsonToken.VALUE_FALSE) {
      throw needed("true or false");
    }
    return parser.currentToken() == JsonToken.VALUE_TRUE;
  }

  /// Any value: a map, list, string, number, Boolean or null.
  @Nullable Object value() {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        object(key -> map.put(key, value()));
        yield map;
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        array(() -> list.add(value()));
        yield list;
      }
      case VALUE_STRING -> text();
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> Double.valueOf(text());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw needed("a value");
    };
  }

  /// Nothing may follow the outermost value.
  void end() {
    if (next() != JsonToken.NOT_AVAILABLE) {
      throw needed("the end of the file");
    }
  }
}
