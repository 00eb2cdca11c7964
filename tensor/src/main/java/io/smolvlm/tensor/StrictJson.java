package io.smolvlm.tensor;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Pulls one JSON object out of untrusted bytes: strict UTF-8, no duplicate names, no half
/// surrogates, bounded depth, numbers and strings, nothing but blanks after it. All failures are
/// [FormatException] of the file.
final class StrictJson {
  private static final String PART = "JSON";
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final long EIGHT_BLANKS = 0x2020_2020_2020_2020L;
  private static final int MAX_DEPTH = 64;
  private static final int MAX_DIGITS = 100;
  private static final int MAX_STRING = 4 << 20;
  private static final int MAX_NAME = 50_000;

  // Names come from outside: neither interned nor put into the factory's shared table.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_DIGITS)
                  .maxStringLength(MAX_STRING)
                  .maxNameLength(MAX_NAME)
                  .build())
          .build();

  /// Takes the parser at the value that belongs to a name.
  interface Field {
    void read(String name) throws IOException;
  }

  interface Document {
    void read(StrictJson json) throws IOException;
  }

  private final String file;
  private final MemorySegment bytes;
  private @Nullable JsonParser parser;

  StrictJson(String file, MemorySegment bytes) {
    this.file = file;
    this.bytes = withoutPadding(bytes);
  }

  /// Writers may pad a header with any number of blanks, which are cheaper to find from behind.
  private static MemorySegment withoutPadding(MemorySegment bytes) {
    long end = bytes.byteSize();
    while (end >= Long.BYTES && bytes.get(LONG, end - Long.BYTES) == EIGHT_BLANKS) {
      end -= Long.BYTES;
    }
    return bytes.asSlice(0, end);
  }

  /// Reads the whole document.
  void read(Document document) {
    if (bytes.byteSize() == 0 || bytes.get(ValueLayout.JAVA_BYTE, 0) != '{') {
      throw failure(ErrorCode.CORRUPT, PART, "another first byte", "'{'");
    }
    try (Reader reader = reader();
        JsonParser opened = FACTORY.createParser(reader)) {
      parser = opened;
      opened.nextToken();
      document.read(this);
      if (opened.nextToken() != null) {
        throw failure(ErrorCode.CORRUPT, PART, "more after its end", "one JSON object");
      }
    } catch (StreamConstraintsException e) {
      throw failure(
          ErrorCode.LIMIT,
          PART,
          "JSON over a limit",
          "depth " + MAX_DEPTH + ", numbers of " + MAX_DIGITS + " digits, strings of 4 MiB");
    } catch (CharacterCodingException e) {
      throw failure(ErrorCode.CORRUPT, PART, "bytes that are not UTF-8", "UTF-8");
    } catch (JacksonException e) {
      throw failure(
          ErrorCode.CORRUPT,
          PART,
          "no JSON from character " + e.getLocation().getCharOffset() + " on",
          "a JSON object");
    } catch (IOException e) {
      throw failure(ErrorCode.CORRUPT, PART, "unreadable bytes", "a JSON object");
    }
  }

  private Reader reader() {
    return new InputStreamReader(
        new SegmentInputStream(bytes),
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  private JsonParser parser() {
    JsonParser current = parser;
    if (current == null) {
      throw new IllegalStateException("read from outside of a document");
    }
    return current;
  }

  /// Reads the object that the parser stands at; a name may come once.
  void object(String part, Field field) throws IOException {
    require(JsonToken.START_OBJECT, part, "an object");
    Set<String> seen = new HashSet<>();
    while (parser().nextToken() == JsonToken.FIELD_NAME) {
      String name = whole(part, parser().currentName());
      if (!seen.add(name)) {
        throw failure(ErrorCode.CORRUPT, part, "'" + shorten(name) + "' twice", "it once");
      }
      parser().nextToken();
      field.read(name);
    }
    require(JsonToken.END_OBJECT, part, "the end of the object");
  }

  String string(String part) throws IOException {
    require(JsonToken.VALUE_STRING, part, "a string");
    return whole(part, parser().getText());
  }

  /// Reads a list of integers from 0 to 2^63-1.
  ///
  /// @throws FormatException `LIMIT` if there are more than `most`
  List<Long> naturals(String part, int most) throws IOException {
    require(JsonToken.START_ARRAY, part, "a list of whole numbers");
    List<Long> numbers = new ArrayList<>();
    while (parser().nextToken() != JsonToken.END_ARRAY) {
      require(JsonToken.VALUE_NUMBER_INT, part, "whole numbers");
      if (numbers.size() == most) {
        throw failure(ErrorCode.LIMIT, part, "more numbers", "at most " + most);
      }
      long number = parser().getLongValue();
      if (number < 0) {
        throw failure(ErrorCode.CORRUPT, part, Long.toString(number), "a number of 0 or more");
      }
      numbers.add(number);
    }
    return numbers;
  }

  /// Passes over the value that the parser stands at.
  void skip() throws IOException {
    parser().skipChildren();
  }

  private void require(JsonToken token, String part, String needed) {
    JsonToken found = parser().currentToken();
    if (found != token) {
      throw failure(ErrorCode.CORRUPT, part, describe(found), needed);
    }
  }

  private static String describe(@Nullable JsonToken token) {
    return switch (token) {
      case null -> "the end of the text";
      case START_OBJECT -> "an object";
      case END_OBJECT -> "the end of an object";
      case START_ARRAY -> "a list";
      case END_ARRAY -> "the end of a list";
      case FIELD_NAME -> "a name";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "a whole number";
      case VALUE_NUMBER_FLOAT -> "a fraction";
      case VALUE_TRUE, VALUE_FALSE -> "a truth value";
      case VALUE_NULL -> "null";
      default -> "nothing";
    };
  }

  /// Refuses half a surrogate pair, which no UTF-8 file can hold.
  private String whole(String part, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw failure(ErrorCode.CORRUPT, part, "half a surrogate pair", "whole characters");
        }
        i++;
      }
    }
    return text;
  }

  FormatException failure(ErrorCode code, String part, String found, String needed) {
    return new FormatException(code, file, shorten(part), found, needed);
  }

  /// A name from outside, made fit for one line of a message.
  static String shorten(String text) {
    if (text.isEmpty()) {
      return "''";
    }
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= 120 ? line : line.substring(0, 120) + "...";
  }
}
