package io.smolvlm.models;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Marks strings of control tokens inside what users wrote, so that after the template has run they
/// can be told from the template's own.
///
/// The marks are two noncharacters of Unicode, which no text holds; where a text holds them all the
/// same they are dropped, so that marks cannot be forged.
final class ControlMarks {
  private static final char BEGIN = '\uFDD0';
  private static final char END = '\uFDD1';

  /// A stretch of a rendered text without its marks.
  ///
  /// @param marked whether it stood between two marks and is only text
  record Piece(String text, boolean marked) {}

  private final Pattern token;
  private final Pattern mark;

  /// @param tokens the control tokens' strings
  ControlMarks(List<String> tokens) {
    String any =
        tokens.stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .reduce((a, b) -> a + "|" + b)
            .orElse("(?!)");
    token = Pattern.compile(any);
    mark = Pattern.compile(BEGIN + "(" + any + ")" + END + "|[" + BEGIN + END + "]");
  }

  String mark(String text) {
    return token
        .matcher(without(text))
        .replaceAll(found -> Matcher.quoteReplacement(BEGIN + found.group() + END));
  }

  static String without(String text) {
    return text.indexOf(BEGIN) < 0 && text.indexOf(END) < 0
        ? text
        : text.replace(String.valueOf(BEGIN), "").replace(String.valueOf(END), "");
  }

  /// The rendered text cut at its marks. A template may have torn a pair apart; a single mark is
  /// dropped but still cuts, so that what it kept apart cannot become a control token.
  List<Piece> cut(String rendered) {
    List<Piece> pieces = new ArrayList<>();
    Matcher matcher = mark.matcher(rendered);
    int from = 0;
    while (matcher.find()) {
      add(pieces, rendered.substring(from, matcher.start()), false);
      String marked = matcher.group(1);
      if (marked != null) {
        add(pieces, marked, true);
      }
      from = matcher.end();
    }
    add(pieces, rendered.substring(from), false);
    return pieces;
  }

  private static void add(List<Piece> pieces, String text, boolean marked) {
    if (!text.isEmpty()) {
      pieces.add(new Piece(text, marked));
    }
  }
}
