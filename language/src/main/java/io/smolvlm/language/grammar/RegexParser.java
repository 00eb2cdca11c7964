package io.smolvlm.language.grammar;

import io.smolvlm.tensor.SmolVlmException;
import org.jspecify.annotations.Nullable;

/// Reads the regular part of ECMA-262 patterns: what needs memory or a look around (back
/// references, look-ahead, word boundaries) is refused.
final class RegexParser {
  private static final int MAX_REPEATS = 1000;
  private static final int MAX_DEPTH = 50;

  private final String pattern;
  private final String path;
  private final Nfa nfa;
  private int at;
  private int depth;

  private RegexParser(String pattern, String path) {
    this.pattern = pattern;
    this.path = path;
    this.nfa = new Nfa(path);
  }

  /// @param path where the pattern stands, for errors
  static Nfa parse(String pattern, String path) {
    var parser = new RegexParser(pattern, path);
    Nfa nfa = parser.nfa;
    nfa.start = nfa.state();
    nfa.end = nfa.state();
    nfa.step(nfa.start, CodePoints.ALL, nfa.start);
    nfa.step(nfa.end, CodePoints.ALL, nfa.end);
    Part whole = parser.alternatives();
    if (parser.at < pattern.length()) {
      throw parser.bad("has a ')' too many");
    }
    nfa.always(nfa.start, whole.from);
    nfa.always(whole.to, nfa.end);
    return nfa;
  }

  /// A piece of the automaton with one way in and one way out.
  private record Part(int from, int to) {}

  private SmolVlmException bad(String why) {
    return Work.refused("pattern", path, why);
  }

  private boolean next(char c) {
    if (at < pattern.length() && pattern.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private Part alternatives() {
    if (++depth > MAX_DEPTH) {
      throw bad("nests deeper than " + MAX_DEPTH);
    }
    Part part = sequence();
    if (at < pattern.length() && pattern.charAt(at) == '|') {
      int from = nfa.state();
      int to = nfa.state();
      nfa.always(from, part.from);
      nfa.always(part.to, to);
      while (next('|')) {
        Part other = sequence();
        nfa.always(from, other.from);
        nfa.always(other.to, to);
      }
      part = new Part(from, to);
    }
    depth--;
    return part;
  }

  private Part sequence() {
    int from = nfa.state();
    int to = from;
    while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
      Part part = repeated();
      nfa.always(to, part.from);
      to = part.to;
    }
    return new Part(from, to);
  }

  private Part repeated() {
    int start = at;
    Part part = atom();
    int end = at;
    int min;
    int max;
    if (next('*')) {
      min = 0;
      max = -1;
    } else if (next('+')) {
      min = 1;
      max = -1;
    } else if (next('?')) {
      min = 0;
      max = 1;
    } else if (at < pattern.length() && pattern.charAt(at) == '{') {
      at++;
      min = number();
      max = min;
      if (next(',')) {
        max = at < pattern.length() && pattern.charAt(at) != '}' ? number() : -1;
      }
      if (!next('}') || (max >= 0 && max < min)) {
        throw bad("has a broken '{}'");
      }
    } else {
      return part;
    }
    next('?');
    int after = at;
    part = copies(start, end, min, max);
    at = after;
    return part;
  }

  private int number() {
    int begin = at;
    int value = 0;
    while (at < pattern.length() && Character.digit(pattern.charAt(at), 10) >= 0) {
      value = Math.min(value * 10 + Character.digit(pattern.charAt(at++), 10), 1_000_000);
    }
    if (at == begin) {
      throw bad("has a broken '{}'");
    }
    if (value > MAX_REPEATS) {
      throw bad("repeats more than " + MAX_REPEATS + " times");
    }
    return value;
  }

  /// Reads the same piece of text once a copy. The piece read before stays unconnected.
  private Part copies(int start, int end, int min, int max) {
    int from = nfa.state();
    int to = from;
    int last = max < 0 ? Math.max(min, 1) : max;
    int out = nfa.state();
    for (int i = 0; i < last; i++) {
      at = start;
      Part copy = atom();
      if (at != end) {
        throw bad("cannot be read");
      }
      if (i >= min) {
        nfa.always(to, out);
      }
      nfa.always(to, copy.from);
      if (max < 0 && i == last - 1) {
        nfa.always(copy.to, copy.from);
      }
      to = copy.to;
    }
    nfa.always(to, out);
    return new Part(from, out);
  }

  private Part atom() {
    return switch (pattern.charAt(at)) {
      case '(' -> group();
      case '^' -> {
        at++;
        Part part = new Part(nfa.state(), nfa.state());
        nfa.atStart(part.from, part.to);
        yield part;
      }
      case '$' -> {
        at++;
        Part part = new Part(nfa.state(), nfa.state());
        nfa.atEnd(part.from, part.to);
        yield part;
      }
      case '*', '+', '?', '{' -> throw bad("repeats nothing");
      default -> {
        Part part = new Part(nfa.state(), nfa.state());
        nfa.step(part.from, set(), part.to);
        yield part;
      }
    };
  }

  private Part group() {
    at++;
    if (next('?')) {
      if (next('<') && at < pattern.length() && "=!".indexOf(pattern.charAt(at)) < 0) {
        int close = pattern.indexOf('>', at);
        if (close < 0) {
          throw bad("has a broken group");
        }
        at = close + 1;
      } else if (!next(':')) {
        throw bad("looks around, which is not supported");
      }
    }
    Part part = alternatives();
    if (!next(')')) {
      throw bad("has a '(' too many");
    }
    return part;
  }

  private CodePoints set() {
    if (next('[')) {
      return bracket();
    }
    if (next('.')) {
      return CodePoints.DOT;
    }
    if (next('\\')) {
      return escape(false);
    }
    int c = character();
    return CodePoints.range(c, c);
  }

  private int character() {
    if (at >= pattern.length()) {
      throw bad("ends early");
    }
    int c = pattern.codePointAt(at);
    at += Character.charCount(c);
    return c;
  }

  private CodePoints bracket() {
    boolean negated = next('^');
    CodePoints set = CodePoints.NONE;
    while (!next(']')) {
      CodePoints first = member();
      if (at + 1 < pattern.length() && pattern.charAt(at) == '-' && pattern.charAt(at + 1) != ']') {
        at++;
        CodePoints last = member();
        int low = single(first);
        int high = single(last);
        if (low < 0 || high < low) {
          throw bad("has a broken range");
        }
        first = CodePoints.range(low, high);
      }
      set = set.or(first);
    }
    return negated ? set.not() : set;
  }

  private static int single(CodePoints set) {
    int[] bounds = set.bounds();
    return bounds.length == 2 && bounds[1] == bounds[0] + 1 ? bounds[0] : -1;
  }

  private CodePoints member() {
    if (next('\\')) {
      return escape(true);
    }
    int c = character();
    return CodePoints.range(c, c);
  }

  private CodePoints escape(boolean inBracket) {
    int c = character();
    @Nullable CodePoints named =
        switch (c) {
          case 'd' -> CodePoints.DIGIT;
          case 'D' -> CodePoints.DIGIT.not();
          case 'w' -> CodePoints.WORD;
          case 'W' -> CodePoints.WORD.not();
          case 's' -> CodePoints.SPACE;
          case 'S' -> CodePoints.SPACE.not();
          case 'p' -> property();
          case 'P' -> property().not();
          default -> null;
        };
    if (named != null) {
      return named;
    }
    int value =
        switch (c) {
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'f' -> '\f';
          case 'v' -> 0x0B;
          case '0' -> 0;
          case 'x' -> hex(2);
          case 'u' -> unicode();
          case 'b' -> inBracket ? '\b' : -1;
          default -> Character.isLetterOrDigit(c) ? -1 : c;
        };
    if (value < 0) {
      throw bad("has \\" + Character.toString(c) + ", which is not supported");
    }
    return CodePoints.range(value, value);
  }

  private int hex(int digits) {
    if (at + digits > pattern.length()) {
      throw bad("has a broken escape");
    }
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Character.digit(pattern.charAt(at++), 16);
      if (digit < 0) {
        throw bad("has a broken escape");
      }
      value = value * 16 + digit;
    }
    return value;
  }

  private int unicode() {
    if (next('{')) {
      int close = pattern.indexOf('}', at);
      if (close < 0 || close - at > 6 || close == at) {
        throw bad("has a broken escape");
      }
      int value = hex(close - at);
      at++;
      if (value >= CodePoints.END) {
        throw bad("has a broken escape");
      }
      return value;
    }
    int high = hex(4);
    if (Character.isHighSurrogate((char) high) && pattern.startsWith("\\u", at)) {
      int before = at;
      at += 2;
      int low = hex(4);
      if (Character.isLowSurrogate((char) low)) {
        return Character.toCodePoint((char) high, (char) low);
      }
      at = before;
    }
    return high;
  }

  private CodePoints property() {
    int close = pattern.indexOf('}', at);
    if (!next('{') || close < 0) {
      throw bad("has a broken \\p");
    }
    String name = pattern.substring(at, close);
    at = close + 1;
    return switch (name) {
      case "L", "Letter", "Alphabetic" -> CodePoints.where(Character::isLetter);
      case "Lu", "Uppercase_Letter" ->
          CodePoints.where(c -> Character.getType(c) == Character.UPPERCASE_LETTER);
      case "Ll", "Lowercase_Letter" ->
          CodePoints.where(c -> Character.getType(c) == Character.LOWERCASE_LETTER);
      case "N", "Number" ->
          CodePoints.where(c ->
              Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER
                  || Character.getType(c) == Character.LETTER_NUMBER
                  || Character.getType(c) == Character.OTHER_NUMBER);
      case "Nd", "Decimal_Number" -> CodePoints.where(Character::isDigit);
      default -> throw bad("has \\p{" + name + "}, which is not supported");
    };
  }
}
