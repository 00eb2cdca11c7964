package io.smolvlm.language;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds added tokens in a text: from left to right, the longest of those that begin at a place, as
/// the `tokenizers` library does. Doing it here lets one tokenizer serve texts in which they count
/// and texts in which they do not.
final class AddedTokens {
  /// A stretch of the text, `token` null where it is ordinary text.
  record Piece(int start, int end, @Nullable AddedToken token) {}

  /// The tokens that begin with a character, longest first.
  private final Map<Character, List<AddedToken>> first = new HashMap<>();

  private final Map<Character, List<AddedToken>> second = new HashMap<>();

  AddedTokens(Collection<AddedToken> tokens) {
    for (AddedToken token : tokens) {
      var into = token.normalized() ? second : first;
      into.computeIfAbsent(token.content().charAt(0), c -> new ArrayList<>()).add(token);
    }
    for (var map : List.of(first, second)) {
      for (var list : map.values()) {
        list.sort((a, b) -> b.content().length() - a.content().length());
      }
    }
  }

  /// The text cut at its added tokens; empty pieces are left out.
  List<Piece> split(String text) {
    List<Piece> pieces = split(text, 0, text.length(), first);
    if (second.isEmpty()) {
      return pieces;
    }
    List<Piece> all = new ArrayList<>();
    for (Piece piece : pieces) {
      if (piece.token() == null) {
        all.addAll(split(text, piece.start(), piece.end(), second));
      } else {
        all.add(piece);
      }
    }
    return all;
  }

  private static List<Piece> split(
      String text, int from, int to, Map<Character, List<AddedToken>> tokens) {
    List<Piece> pieces = new ArrayList<>();
    int plain = from;
    int at = from;
    while (at < to) {
      AddedToken token = match(text, at, to, tokens);
      if (token == null) {
        at++;
        continue;
      }
      int start = at;
      int end = at + token.content().length();
      while (token.lstrip() && start > plain && Character.isWhitespace(text.charAt(start - 1))) {
        start--;
      }
      while (token.rstrip() && end < to && Character.isWhitespace(text.charAt(end))) {
        end++;
      }
      if (start > plain) {
        pieces.add(new Piece(plain, start, null));
      }
      pieces.add(new Piece(start, end, token));
      plain = end;
      at = end;
    }
    if (plain < to) {
      pieces.add(new Piece(plain, to, null));
    }
    return pieces;
  }

  private static @Nullable AddedToken match(
      String text, int at, int to, Map<Character, List<AddedToken>> tokens) {
    List<AddedToken> candidates = tokens.get(text.charAt(at));
    if (candidates == null) {
      return null;
    }
    for (AddedToken token : candidates) {
      int end = at + token.content().length();
      if (end <= to
          && text.startsWith(token.content(), at)
          && (!token.singleWord() || alone(text, at, end))) {
        return token;
      }
    }
    return null;
  }

  private static boolean alone(String text, int start, int end) {
    return (start == 0 || !wordPart(text.codePointBefore(start)))
        && (end == text.length() || !wordPart(text.codePointAt(end)));
  }

  private static boolean wordPart(int codePoint) {
    return Character.isLetterOrDigit(codePoint) || codePoint == '_';
  }
}
