package io.smolvlm.models;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A JSON object of a checkpoint's file. Every question names a key and the kind of value needed;
/// an answer of another kind is refused with file, key, what stands there and what is needed. A key
/// that is absent or null is answered by the caller's default.
final class JsonObject {
  /// Configuration files are a few KiB; the largest known, with a long template, is 60 KiB.
  static final long MAX_BYTES = 8L << 20;

  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(64)
          .maxNumberLength(100)
          .maxNameLength(50_000)
          .maxStringLength((int) MAX_BYTES)
          .build();

  static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .streamReadConstraints(LIMITS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private static final JsonMapper MAPPER =
      JsonMapper.builder(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final String file;
  private final String path;
  private final JsonNode node;

  private JsonObject(String file, String path, JsonNode node) {
    this.file = file;
    this.path = path;
    this.node = node;
  }

  /// The object that a file holds.
  ///
  /// @throws FormatException [ErrorCode#MISSING] without the file, [ErrorCode#TOO_LARGE] and
  ///   [ErrorCode#LIMIT] over a cap, [ErrorCode#CORRUPT] when it holds no JSON object in UTF-8
  static JsonObject read(Path file) {
    String name = String.valueOf(file.getFileName());
    return parse(bytes(file, MAX_BYTES), name);
  }

  /// The object that a file holds, empty when the file is absent.
  static Optional<JsonObject> readIfPresent(Path file) {
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  /// All bytes of a small file.
  static byte[] bytes(Path file, long limit) {
    String name = String.valueOf(file.getFileName());
    if (!Files.isRegularFile(file)) {
      throw new FormatException(
          ErrorCode.MISSING, name, "the file", "nothing in " + file.getParent(), "a readable file");
    }
    try {
      long size = Files.size(file);
      if (size > limit) {
        throw new FormatException(
            ErrorCode.TOO_LARGE, name, "size", size + " bytes", "at most " + limit);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new FormatException(
          ErrorCode.MISSING, name, "the file", "an unreadable file", "a readable file");
    }
  }

  /// UTF-8 text, refused when the bytes are none.
  static String utf8(byte[] bytes, String name) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new FormatException(
          ErrorCode.CORRUPT, name, "encoding", "bytes that are no UTF-8", "UTF-8");
    }
  }

  static JsonObject parse(byte[] bytes, String name) {
    String text = utf8(bytes, name);
    if (text.isBlank()) {
      throw new FormatException(ErrorCode.CORRUPT, name, "content", "nothing", "a JSON object");
    }
    if (text.startsWith("version https://git-lfs")) {
      throw new FormatException(
          ErrorCode.CORRUPT, name, "content", "a Git LFS pointer", "the file it points at");
    }
    try {
      JsonNode node = MAPPER.readTree(text);
      if (!node.isObject()) {
        throw new FormatException(ErrorCode.CORRUPT, name, "content", kind(node), "a JSON object");
      }
      return new JsonObject(name, "", node);
    } catch (JsonProcessingException e) {
      throw failure(e, name);
    }
  }

  /// Jackson's complaint as ours: the rule that is broken and the line, never Jackson's own text,
  /// which quotes the file.
  static FormatException failure(JsonProcessingException e, String name) {
    String where =
        e.getLocation() == null
            ? "content"
            : "line " + e.getLocation().getLineNr() + " column " + e.getLocation().getColumnNr();
    if (e instanceof StreamConstraintsException) {
      return new FormatException(
          ErrorCode.LIMIT,
          name,
          where,
          "JSON nested or written beyond the limits",
          "at most 64 levels and numbers of 100 digits");
    }
    boolean duplicate = String.valueOf(e.getOriginalMessage()).startsWith("Duplicate");
    return new FormatException(
        ErrorCode.CORRUPT,
        name,
        where,
        duplicate ? "a key that stands twice" : "text that is not JSON",
        "a JSON object with each key once");
  }

  String file() {
    return file;
  }

  /// A key with all keys around it, as in `text_config.vocab_size`.
  String path(String key) {
    return path + key;
  }

  /// Whether a key stands here with a value other than null.
  boolean has(String key) {
    return node.hasNonNull(key);
  }

  /// What stands at a key, shortened, for messages.
  String shown(String key) {
    JsonNode value = node.get(key);
    return value == null ? "nothing" : kind(value);
  }

  private static String kind(JsonNode value) {
    if (value.isObject()) {
      return "an object";
    }
    if (value.isArray()) {
      return "a list of " + value.size();
    }
    String text = value.toString();
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }

  FormatException refuse(ErrorCode code, String key, String needed) {
    return new FormatException(code, file, path + key, shown(key), needed);
  }

  private FormatException wrongKind(String key, String needed) {
    return refuse(ErrorCode.MISMATCH, key, needed);
  }

  int integer(String key, int absent) {
    return has(key) ? integer(key) : absent;
  }

  int integer(String key) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      throw refuse(ErrorCode.MISSING, key, "an integer");
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrongKind(key, "an integer of 32 bits");
    }
    return value.intValue();
  }

  /// A finite number; `absent` without one.
  double number(String key, double absent) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return absent;
    }
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw wrongKind(key, "a finite number");
    }
    return value.doubleValue();
  }

  boolean flag(String key, boolean absent) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw wrongKind(key, "true or false");
    }
    return value.booleanValue();
  }

  Optional<String> text(String key) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw wrongKind(key, "a string");
    }
    return Optional.of(value.textValue());
  }

  Optional<JsonObject> object(String key) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isObject()) {
      throw wrongKind(key, "an object");
    }
    return Optional.of(new JsonObject(file, path + key + ".", value));
  }

  /// Objects of a list; empty when the key is absent.
  List<JsonObject> objects(String key) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return List.of();
    }
    var all = new ArrayList<JsonObject>();
    for (JsonNode item : value) {
      if (!value.isArray() || !item.isObject()) {
        throw wrongKind(key, "a list of objects");
      }
      all.add(new JsonObject(file, path + key + "[" + all.size() + "].", item));
    }
    return all;
  }

  boolean isList(String key) {
    JsonNode value = node.get(key);
    return value != null && value.isArray();
  }

  /// A list of finite numbers, or one number for all `size` of them.
  float[] numbers(String key, float[] absent) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return absent.clone();
    }
    if (!value.isArray() || value.size() != absent.length) {
      throw wrongKind(key, "a list of " + absent.length + " numbers");
    }
    float[] all = new float[absent.length];
    for (int i = 0; i < all.length; i++) {
      if (!value.get(i).isNumber() || !Float.isFinite(value.get(i).floatValue())) {
        throw wrongKind(key, "a list of " + absent.length + " finite numbers");
      }
      all[i] = value.get(i).floatValue();
    }
    return all;
  }

  /// Token ids: one integer or a list of them; empty when the key is absent.
  List<Integer> ids(String key) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return List.of();
    }
    var all = new ArrayList<Integer>();
    for (JsonNode item : value.isArray() ? value : List.of(value)) {
      if (!item.isIntegralNumber() || !item.canConvertToInt()) {
        throw wrongKind(key, "a token id or a list of token ids");
      }
      all.add(item.intValue());
    }
    return all;
  }

  /// A token's text: a string, or an object whose `content` is one.
  Optional<String> token(String key) {
    JsonNode value = node.get(key);
    if (value != null && value.isObject()) {
      return object(key).flatMap(o -> o.text("content"));
    }
    return text(key);
  }

  /// Every key whose value is a token's text, in order.
  Map<String, String> tokens() {
    var all = new LinkedHashMap<String, String>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      @Nullable JsonNode content =
          entry.getValue().isObject() ? entry.getValue().get("content") : entry.getValue();
      if (entry.getKey().endsWith("_token") && content != null && content.isTextual()) {
        all.put(entry.getKey(), content.textValue());
      }
    }
    return all;
  }

  List<String> keys() {
    return node.properties().stream().map(Map.Entry::getKey).toList();
  }
}
