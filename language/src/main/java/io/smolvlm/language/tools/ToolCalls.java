package io.smolvlm.language.tools;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds tool calls in an answer that is still being written: `<tool_call>[{"name": "f",
/// "arguments": {..}}, ..]</tool_call>`, or a single object between the tags.
///
/// Text outside the tags is content, given out as soon as it cannot be the beginning of a tag. A
/// call is given out when its closing brace has come and it is found to be one; nothing is given
/// out that would have to be taken back. What breaks the form is content from there on, exactly as
/// it was written. For one answer and one thread.
public final class ToolCalls {
  /// What was found, in order.
  public sealed interface Piece {
    /// Text for the user.
    record Content(String text) implements Piece {}

    /// A call.
    ///
    /// @param index 0 for the first of the answer
    record Call(int index, ToolCall call) implements Piece {}
  }

  private static final String OPEN = "<tool_call>";
  private static final String CLOSE = "</tool_call>";

  /// A call longer than this is no call.
  private static final int MAX_CALL = 1 << 20;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).build())
          .build();

  private enum Place {
    OUTSIDE,

    /// Behind the tag: a list, a call or nothing may follow.
    OPENED,

    /// In the list, where a call may begin.
    BEFORE_CALL,

    /// Inside a call's braces.
    CALL,

    /// Behind a call of the list, or behind an empty list's bracket.
    BEHIND_CALL,

    /// The closing tag is due.
    CLOSING
  }

  private Place place = Place.OUTSIDE;

  /// Text not given out: a possible beginning of a tag, or all since the last thing found.
  private final StringBuilder held = new StringBuilder();

  /// Characters of `held` that have been read.
  private int read;

  private boolean inList;
  private int callStart;
  private int braces;
  private boolean inString;
  private boolean escaped;
  private int calls;

  /// The next piece of the answer's text.
  public List<Piece> push(String text) {
    List<Piece> pieces = new ArrayList<>();
    held.append(text);
    boolean more = true;
    while (more) {
      more =
          switch (place) {
            case OUTSIDE -> outside(pieces);
            case CALL -> call(pieces);
            default -> between(pieces);
          };
    }
    return pieces;
  }

  /// The end of the answer: what was held back is content.
  public List<Piece> finish() {
    List<Piece> pieces = new ArrayList<>();
    // Calls without their closing tag were cut off or stopped early; what is left says nothing.
    boolean onlyClosing = calls > 0 && place != Place.CALL && held.toString().isBlank();
    if (!onlyClosing) {
      content(held.length(), pieces);
    }
    held.setLength(0);
    return pieces;
  }

  /// How many calls were found so far.
  public int count() {
    return calls;
  }

  private void content(int length, List<Piece> pieces) {
    if (length > 0) {
      pieces.add(new Piece.Content(held.substring(0, length)));
      held.delete(0, length);
    }
    read = 0;
  }

  private boolean outside(List<Piece> pieces) {
    int at = held.indexOf(OPEN);
    if (at >= 0) {
      content(at, pieces);
      read = OPEN.length();
      inList = false;
      place = Place.OPENED;
      return true;
    }
    int kept = Math.min(OPEN.length() - 1, held.length());
    while (kept > 0 && !OPEN.startsWith(held.substring(held.length() - kept))) {
      kept--;
    }
    content(held.length() - kept, pieces);
    return false;
  }

  /// Reads the punctuation around calls.
  private boolean between(List<Piece> pieces) {
    if (read == held.length()) {
      return false;
    }
    char c = held.charAt(read);
    if (Character.isWhitespace(c)) {
      read++;
      return true;
    }
    if (c == '<' && (place == Place.CLOSING || (place == Place.BEHIND_CALL && !inList))) {
      return closing(pieces);
    }
    Place next =
        switch (c) {
          case '[' -> place == Place.OPENED ? Place.BEFORE_CALL : Place.OUTSIDE;
          case '{' ->
              place == Place.OPENED || place == Place.BEFORE_CALL ? Place.CALL : Place.OUTSIDE;
          case ',' -> place == Place.BEHIND_CALL && inList ? Place.BEFORE_CALL : Place.OUTSIDE;
          case ']' ->
              inList && (place == Place.BEHIND_CALL || place == Place.BEFORE_CALL)
                  ? Place.CLOSING
                  : Place.OUTSIDE;
          default -> Place.OUTSIDE;
        };
    if (next == Place.OUTSIDE) {
      return broken(pieces);
    }
    inList |= c == '[';
    if (next == Place.CALL) {
      callStart = read;
      braces = 0;
      inString = false;
      escaped = false;
    } else {
      read++;
    }
    place = next;
    return true;
  }

  private boolean closing(List<Piece> pieces) {
    String rest = held.substring(read);
    if (rest.startsWith(CLOSE)) {
      held.delete(0, read + CLOSE.length());
      read = 0;
      place = Place.OUTSIDE;
      return true;
    }
    return !CLOSE.startsWith(rest) && broken(pieces);
  }

  /// Gives out what was held; a tag in it is not looked for again.
  private boolean broken(List<Piece> pieces) {
    place = Place.OUTSIDE;
    content(Math.min(Math.max(read, 1), held.length()), pieces);
    return true;
  }

  private boolean call(List<Piece> pieces) {
    while (read < held.length()) {
      char c = held.charAt(read++);
      if (inString) {
        inString = escaped || c != '"';
        escaped = !escaped && c == '\\';
      } else if (c == '"') {
        inString = true;
      } else if (c == '{') {
        braces++;
      } else if (c == '}' && --braces == 0) {
        Optional<ToolCall> found = parse(held.substring(callStart, read));
        if (found.isEmpty()) {
          return broken(pieces);
        }
        pieces.add(new Piece.Call(calls++, found.get()));
        held.delete(0, read);
        read = 0;
        place = inList ? Place.BEHIND_CALL : Place.CLOSING;
        return true;
      }
      if (read - callStart > MAX_CALL) {
        return broken(pieces);
      }
    }
    return false;
  }

  /// A call, if the text is a JSON object with a name; without arguments it has an empty object.
  private static Optional<ToolCall> parse(String text) {
    @Nullable String name = null;
    String arguments = "{}";
    try (JsonParser parser = JSON.createParser(text)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        if (key.equals("name") && value == JsonToken.VALUE_STRING) {
          name = parser.getText();
        } else if (key.equals("arguments")) {
          if (value != JsonToken.START_OBJECT) {
            return Optional.empty();
          }
          arguments = text.substring(start, (int) parser.currentLocation().getCharOffset());
        }
      }
      boolean whole = parser.nextToken() == null;
      return whole && name != null && !name.isEmpty()
          ? Optional.of(new ToolCall(name, arguments))
          : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
