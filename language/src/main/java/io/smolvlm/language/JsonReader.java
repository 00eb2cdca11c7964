package io.smolvlm.language;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A pull reader for the two JSON files of this room, `tokenizer.json` and the chat template's.
///
/// A tree of fifty thousand merges is never needed, so parts that are of no interest are skipped
/// without building anything. Every broken rule is a [FormatException] that names file and
/// character.
final class JsonReader {
  private static final int MAX_DEPTH = 64;

  private final String file;
  private final String text;
  private int at;
  private int depth;

  JsonReader(String file, String text) {
    this.file = file;
    this.text = text;
  }

  static JsonReader of(String file, byte[] utf8) {
    return new JsonReader(file, decode(file, utf8));
  }

  /// Strict UTF-8; replacement characters would hide a broken file.
  static String decode(String file, byte[] utf8) {
    if (utf8.length == 0) {
      throw new FormatException(ErrorCode.CORRUPT, file, "content", "0 bytes", "text");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new FormatException(
          ErrorCode.CORRUPT, file, "content", "bytes that are not UTF-8", "UTF-8");
    }
  }

  int offset() {
    return at;
  }

  /// The next character that is not white space, not consumed; 0 at the end.
  char peek() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
        return c;
      }
      at++;
    }
    return 0;
  }

  /// Calls `member` with each key; it must consume the value.
  void object(Consumer<String> member) {
    open('{');
    if (peek() == '}') {
      at++;
    } else {
      do {
        String key = string();
        expect(':');
        member.accept(key);
      } while (more('}'));
    }
    depth--;
  }

  /// Calls `element` before each element; it must consume it.
  void array(Runnable element) {
    open('[');
    if (peek() == ']') {
      at++;
    } else {
      do {
        element.run();
      } while (more(']'));
    }
    depth--;
  }

  private void open(char bracket) {
    expect(bracket);
    if (++depth > MAX_DEPTH) {
      throw new FormatException(
          ErrorCode.LIMIT, file, place(), "deeper nesting", "at most " + MAX_DEPTH + " levels");
    }
  }

  private boolean more(char end) {
    char c = peek();
    if (c == ',') {
      at++;
      return true;
    }
    expect(end);
    return false;
  }

  private void expect(char wanted) {
    char c = peek();
    if (c != wanted) {
      throw corrupt("'" + wanted + "'");
    }
    at++;
  }

  String string() {
    expect('"');
    int start = at;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        return text.substring(start, at++);
      }
      if (c == '\\') {
        return escaped(start);
      }
      if (c < 0x20) {
        break;
      }
      at++;
    }
    throw corrupt("the end of a string");
  }

  private String escaped(int start) {
    var out = new StringBuilder(text.substring(start, at));
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return out.toString();
      }
      if (c < 0x20) {
        break;
      }
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char escape = at < text.length() ? text.charAt(at++) : 0;
      switch (escape) {
        case '"', '\\', '/' -> out.append(escape);
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        case 'u' -> out.append(hexadecimal());
        default -> throw corrupt("an escape of JSON");
      }
    }
    throw corrupt("the end of a string");
  }

  private char hexadecimal() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0 || text.charAt(at) > 'f') {
        throw corrupt("four hexadecimal digits");
      }
      value = value * 16 + digit;
      at++;
    }
    return (char) value;
  }

  /// A whole number of JSON.
  long integer() {
    Object value = number();
    if (value instanceof Long whole) {
      return whole;
    }
    throw new FormatException(ErrorCode.CORRUPT, file, place(), value.toString(), "a whole number");
  }

  boolean bool() {
    if (value() instanceof Boolean b) {
      return b;
    }
    throw corrupt("true or false");
  }

  private Object number() {
    peek();
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String digits = text.substring(start, at);
    try {
      if (digits.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'))) {
        return Long.parseLong(digits);
      }
      return Double.parseDouble(digits);
    } catch (NumberFormatException e) {
      at = start;
      throw corrupt("a value of JSON");
    }
  }

  /// Any value: a map, list, string, Long, Double, Boolean or null.
  @Nullable Object value() {
    char c = peek();
    switch (c) {
      case '{' -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        object(key -> map.put(key, value()));
        return map;
      }
      case '[' -> {
        List<@Nullable Object> list = new ArrayList<>();
        array(() -> list.add(value()));
        return list;
      }
      case '"' -> {
        return string();
      }
      case 't' -> {
        word("true");
        return Boolean.TRUE;
      }
      case 'f' -> {
        word("false");
        return Boolean.FALSE;
      }
      case 'n' -> {
        word("null");
        return null;
      }
      default -> {
        return number();
      }
    }
  }

  private void word(String word) {
    if (!text.startsWith(word, at)) {
      throw corrupt("a value of JSON");
    }
    at += word.length();
  }

  /// Passes over one value.
  void skip() {
    switch (peek()) {
      case '{' -> object(key -> skip());
      case '[' -> array(this::skip);
      case '"' -> string();
      default -> value();
    }
  }

  /// Nothing may follow the outermost value.
  void end() {
    if (peek() != 0 || at < text.length()) {
      throw corrupt("the end of the file");
    }
  }

  FormatException corrupt(String needed) {
    String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end of the file";
    return new FormatException(ErrorCode.CORRUPT, file, place(), found, needed);
  }

  String place() {
    return "character " + at;
  }
}
