package io.smolvlm.app.rest.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import java.io.IOException;

/// Reads a request's body strictly and within bounds: RFC 8259 in UTF-8, one value, no key twice in
/// an object, depth 64, numbers of 100 digits, a million values. A string may be as long as a body,
/// since a picture in base64 is one.
public final class JsonBody {
  /// Objects and lists inside each other.
  public static final int DEPTH = 64;

  /// Characters of a number.
  public static final int NUMBER = 100;

  /// Characters of a key.
  public static final int NAME = 50_000;

  /// Values of a document: a tree of empty lists would take thirty times its text in memory.
  public static final int VALUES = 1_000_000;

  private static final String LIMITS =
      "The body may have "
          + DEPTH
          + " levels, numbers of "
          + NUMBER
          + " characters and keys of "
          + NAME
          + ".";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH)
                  .maxNumberLength(NUMBER)
                  .maxNameLength(NAME)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          // Names come from clients: a table of them that lives on would grow without end.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private final JsonParser parser;
  private int values;

  private JsonBody(JsonParser parser) {
    this.parser = parser;
  }

  /// The object that a body holds.
  ///
  /// @throws ApiException [ApiError#INVALID_JSON], or [ApiError#INVALID_VALUE] for what goes beyond
  ///   the bounds, saying where and why, never what stands there
  public static Fields object(byte[] body) {
    int start = start(body);
    checkUtf8(body, start);
    try (JsonParser parser = FACTORY.createParser(body, start, body.length - start)) {
      return new JsonBody(parser).read();
    } catch (IOException e) {
      throw new IllegalStateException("bytes cannot be read", e);
    }
  }

  private Fields read() throws IOException {
    try {
      return new Fields(document(), "");
    } catch (StreamConstraintsException e) {
      throw new ApiException(
          ApiError.INVALID_VALUE, null, LIMITS + " It goes beyond at " + place() + ".");
    } catch (JsonProcessingException e) {
      throw invalid("The body is not JSON at " + place() + ".");
    }
  }

  private static int start(byte[] body) {
    boolean mark =
        body.length >= 3
            && body[0] == (byte) 0xEF
            && body[1] == (byte) 0xBB
            && body[2] == (byte) 0xBF;
    return mark ? 3 : 0;
  }

  private static void checkUtf8(byte[] body, int start) {
    // The parser guesses UTF-16 and UTF-32 from zero bytes at the start.
    for (int i = start; i < Math.min(start + 4, body.length); i++) {
      if (body[i] == 0) {
        throw invalid("The body is not UTF-8.");
      }
    }
    int bad = Utf8.firstBad(body, start);
    if (bad >= 0) {
      throw invalid("The body is not UTF-8 at byte " + bad + ".");
    }
  }

  private ObjectNode document() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw invalid("The body is empty; a JSON object is needed.");
    }
    if (first != JsonToken.START_OBJECT) {
      throw invalid("The body must be a JSON object.");
    }
    ObjectNode object = object();
    if (parser.nextToken() != null) {
      throw invalid("Something follows the JSON object at " + place() + ".");
    }
    return object;
  }

  /// Recursion is bounded by [#DEPTH], which the parser checks.
  private JsonNode value(JsonToken token) throws IOException {
    if (++values > VALUES) {
      throw invalid("The body holds more than " + VALUES + " values.");
    }
    return switch (token) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_STRING -> NODES.textNode(text());
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> number();
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      default -> throw invalid("The body is not JSON at " + place() + ".");
    };
  }

  private ObjectNode object() throws IOException {
    ObjectNode object = NODES.objectNode();
    for (JsonToken t = parser.nextToken(); t != JsonToken.END_OBJECT; t = parser.nextToken()) {
      String name = parser.currentName();
      checkSurrogates(name);
      if (object.replace(name, value(parser.nextToken())) != null) {
        throw invalid("A key stands twice in an object, at " + place() + ".");
      }
    }
    return object;
  }

  private ArrayNode array() throws IOException {
    ArrayNode array = NODES.arrayNode();
    for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
      array.add(value(t));
    }
    return array;
  }

  private JsonNode integer() throws IOException {
    return switch (parser.getNumberType()) {
      case INT, LONG -> NODES.numberNode(parser.getLongValue());
      default -> NODES.numberNode(parser.getBigIntegerValue());
    };
  }

  /// A double: a decimal of any size would cost time and memory wherever it is touched.
  private JsonNode number() throws IOException {
    double value = parser.getDoubleValue();
    if (!Double.isFinite(value)) {
      throw invalid("A number is too large, at " + place() + ".");
    }
    return NODES.numberNode(value);
  }

  private String text() throws IOException {
    String text = parser.getText();
    checkSurrogates(text);
    return text;
  }

  private void checkSurrogates(String text) {
    int i = 0;
    while (i < text.length()) {
      int point = text.codePointAt(i);
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        throw invalid("A string holds half a surrogate pair, at " + place() + ".");
      }
      i += Character.charCount(point);
    }
  }

  private String place() {
    return "byte " + parser.currentLocation().getByteOffset();
  }

  private static ApiException invalid(String message) {
    return new ApiException(ApiError.INVALID_JSON, null, message);
  }
}
