package io.smolvlm.app.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// An object of a file with questions, and where it stands, for messages. These files are input,
/// not part of a model.
///
/// @param where file and line or sample
record JsonPart(String where, JsonNode node) {
  /// The largest file read: a held-out set of 100,000 questions has 40 MB.
  static final long MOST_BYTES = 256 << 20;

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /// @throws SmolVlmException when there is no such file, or it is no UTF-8 or too large
  static String text(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new SmolVlmException(
            ErrorCode.TOO_LARGE,
            file + ": found " + Files.size(file) + " bytes, allowed " + MOST_BYTES);
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new SmolVlmException(ErrorCode.MISSING, file + ": no such file", e);
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new SmolVlmException(ErrorCode.CORRUPT, file + ": is no UTF-8", e);
    } catch (IOException e) {
      throw new SmolVlmException(ErrorCode.MISSING, file + ": cannot be read", e);
    }
  }

  static JsonPart parse(String text, String where) {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node == null || !node.isObject()) {
        throw new SmolVlmException(ErrorCode.CORRUPT, where + ": needed a JSON object");
      }
      return new JsonPart(where, node);
    } catch (JsonProcessingException e) {
      throw new SmolVlmException(ErrorCode.CORRUPT, where + ": is no JSON", e);
    }
  }

  SmolVlmException wrong(String key, String needed) {
    return new SmolVlmException(
        node.has(key) ? ErrorCode.MISMATCH : ErrorCode.MISSING,
        where + ": " + key + ": " + (node.has(key) ? "" : "found nothing, ") + "needed " + needed);
  }

  String text(String key) {
    return optionalText(key).orElseThrow(() -> wrong(key, "a string"));
  }

  Optional<String> optionalText(String key) {
    JsonNode value = node.path(key);
    return value.isTextual() ? Optional.of(value.textValue()) : Optional.empty();
  }

  /// A string or a number, as text; empty without one.
  String label(String key) {
    JsonNode value = node.path(key);
    return value.isTextual() || value.isNumber() ? value.asText() : "";
  }

  boolean flag(String key, boolean absent) {
    JsonNode value = node.path(key);
    if (value.isMissingNode()) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw wrong(key, "true or false");
    }
    return value.booleanValue();
  }

  OptionalDouble number(String key) {
    JsonNode value = node.path(key);
    return value.isNumber() ? OptionalDouble.of(value.doubleValue()) : OptionalDouble.empty();
  }

  List<JsonPart> parts(String key) {
    JsonNode list = node.path(key);
    var all = new ArrayList<JsonPart>();
    for (JsonNode item : list) {
      if (!list.isArray() || !item.isObject()) {
        throw wrong(key, "a list of objects");
      }
      all.add(new JsonPart(where + ": " + key + "[" + all.size() + "]", item));
    }
    if (!list.isArray()) {
      throw wrong(key, "a list of objects");
    }
    return all;
  }

  List<String> texts(String key) {
    var all = new ArrayList<String>();
    for (JsonNode item : list(key)) {
      if (!item.isTextual()) {
        throw wrong(key, "a list of strings");
      }
      all.add(item.textValue());
    }
    return all;
  }

  List<Integer> integers(String key) {
    var all = new ArrayList<Integer>();
    for (JsonNode item : list(key)) {
      if (!item.isInt()) {
        throw wrong(key, "a list of integers");
      }
      all.add(item.intValue());
    }
    return all;
  }

  /// A list of numbers; empty when the key is absent.
  List<Double> numbers(String key) {
    var all = new ArrayList<Double>();
    for (JsonNode item : node.path(key)) {
      if (!item.isNumber()) {
        throw wrong(key, "a list of numbers");
      }
      all.add(item.doubleValue());
    }
    return all;
  }

  private JsonNode list(String key) {
    JsonNode value = node.path(key);
    if (!value.isArray()) {
      throw wrong(key, "a list");
    }
    return value;
  }
}
