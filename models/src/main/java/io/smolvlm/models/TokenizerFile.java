package io.smolvlm.models;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.io.IOException;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Reads the ids out of tokenizer.json, token by token, without building a tree of its 50,000
/// entries.
final class TokenizerFile {
  static final String NAME = "tokenizer.json";

  /// The real ones have 2 to 17 MB.
  static final long MAX_BYTES = 64L << 20;

  /// Far above any vocabulary; keeps the set of seen ids small.
  private static final int MAX_ID = 1 << 24;

  private final JsonParser parser;
  private final Map<String, Integer> added = new LinkedHashMap<>();
  private final BitSet seen = new BitSet();
  private int largest = -1;
  private String largestText = "";

  private TokenizerFile(JsonParser parser) {
    this.parser = parser;
  }

  /// The ids of a checkpoint's tokenizer.json.
  ///
  /// @throws FormatException when it is no JSON object or an id is none, stands twice or is
  ///   negative
  static Optional<Vocabulary> readIfPresent(CheckpointFiles files) {
    return files.bytes(NAME, MAX_BYTES).map(TokenizerFile::parse);
  }

  static Vocabulary parse(byte[] bytes) {
    try (JsonParser parser = JsonObject.FACTORY.createParser(JsonObject.utf8(bytes, NAME))) {
      var file = new TokenizerFile(parser);
      file.root();
      return new Vocabulary(NAME, file.added, file.largest, file.largestText);
    } catch (JsonProcessingException e) {
      throw JsonObject.failure(e, NAME);
    } catch (IOException e) {
      throw refused(ErrorCode.CORRUPT, "content", "text that ends early", "a JSON object");
    }
  }

  private static FormatException refused(ErrorCode code, String part, String found, String needed) {
    return new FormatException(code, NAME, part, found, needed);
  }

  private void root() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw refused(ErrorCode.CORRUPT, "content", "no JSON object", "a JSON object");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("added_tokens") && value == JsonToken.START_ARRAY) {
        addedTokens();
      } else if (key.equals("model") && value == JsonToken.START_OBJECT) {
        model();
      } else {
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw refused(ErrorCode.CORRUPT, "content", "more after the JSON object", "its end");
    }
  }

  private void addedTokens() throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw refused(ErrorCode.CORRUPT, "added_tokens", "another value", "objects");
      }
      int id = -1;
      String content = null;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        parser.nextToken();
        if (key.equals("id")) {
          id = id("added_tokens");
        } else if (key.equals("content") && parser.currentToken() == JsonToken.VALUE_STRING) {
          content = parser.getText();
        } else {
          parser.skipChildren();
        }
      }
      if (content == null || id < 0) {
        throw refused(ErrorCode.CORRUPT, "added_tokens", "an entry without id and content", "both");
      }
      Integer known = added.put(content, id);
      if (known != null && known != id) {
        throw refused(
            ErrorCode.MISMATCH, "added_tokens", content + " as " + known + " and " + id, "one id");
      }
    }
  }

  private void model() throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("type")
          && !(value == JsonToken.VALUE_STRING && parser.getText().equals("BPE"))) {
        throw refused(ErrorCode.UNSUPPORTED, "model.type", parser.getText(), "BPE");
      } else if (key.equals("vocab")) {
        vocabulary(value);
      } else {
        parser.skipChildren();
      }
    }
  }

  private void vocabulary(JsonToken value) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      throw refused(ErrorCode.CORRUPT, "model.vocab", "another value", "an object of ids");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String text = parser.currentName();
      parser.nextToken();
      int id = id("model.vocab");
      if (seen.get(id)) {
        throw refused(
            ErrorCode.MISMATCH, "model.vocab " + text, "id " + id + " again", "each id once");
      }
      seen.set(id);
      if (id > largest) {
        largest = id;
        largestText = text;
      }
    }
  }

  private int id(String part) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw refused(ErrorCode.CORRUPT, part, "an id that is no integer", "integers");
    }
    boolean fits = parser.getNumberType() == JsonParser.NumberType.INT;
    if (!fits || parser.getIntValue() < 0 || parser.getIntValue() >= MAX_ID) {
      throw refused(
          ErrorCode.MISMATCH, part, "id " + parser.getText(), "ids from 0 to " + (MAX_ID - 1));
    }
    return parser.getIntValue();
  }
}
