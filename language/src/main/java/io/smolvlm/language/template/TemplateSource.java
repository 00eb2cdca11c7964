package io.smolvlm.language.template;

import io.smolvlm.tensor.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// A template's source, checked before the engine sees it and with its white space settled.
///
/// White space follows jinja2's lexer with `trim_blocks` and `lstrip_blocks`, as the reference
/// renders (transformers `apply_chat_template`): the first newline after a block tag goes, and so
/// do blanks between the beginning of a line and a block tag; `-` takes all white space on its
/// side, `+` keeps it; the last newline of the file goes.
final class TemplateSource {
  static final int MAX_CHARACTERS = 256 << 10;

  /// Depth of blocks in blocks and of brackets in brackets; the engine recurses over both.
  static final int MAX_DEPTH = 50;

  private static final Set<String> BLOCKS = Set.of("if", "for", "macro", "set");
  private static final Set<String> PLAIN = Set.of("elif", "else", "break", "continue", "do");
  private static final Set<String> UNSAFE = Set.of("include", "import", "from", "extends", "block");

  private static final Pattern LOOP_EXTRA = Pattern.compile("\\s(if\\s|recursive\\s*$)");

  private static final Set<String> FILTERS = new TreeSet<>(Filters.all().keySet());

  private enum Kind {
    TEXT,
    EXPRESSION,
    BLOCK,
    COMMENT
  }

  /// A piece of the template; `body` is what stands between the delimiters.
  private record Piece(Kind kind, String body, char before, char after) {}

  private final String source;
  private int at;

  private TemplateSource(String source) {
    this.source = source;
  }

  /// @return the template for an engine that leaves white space as it is
  /// @throws TemplateFailure if the template uses what is not allowed, or is no template
  static String prepare(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw new TemplateFailure(
          ErrorCode.TOO_LARGE, text.length() + " characters", "at most " + MAX_CHARACTERS);
    }
    String source = text.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    List<Piece> pieces = new TemplateSource(source).pieces();
    checkBlocks(pieces);
    String prepared = write(pieces);
    List<Piece> again = new TemplateSource(prepared).pieces();
    if (!kinds(again).equals(kinds(pieces.stream().filter(TemplateSource::written).toList()))) {
      throw new TemplateFailure(
          ErrorCode.UNSUPPORTED, "tags that only arise from other tags", "plain tags");
    }
    return prepared;
  }

  private static List<String> kinds(List<Piece> pieces) {
    return pieces.stream()
        .filter(piece -> piece.kind != Kind.TEXT)
        .map(piece -> piece.kind + piece.body.strip())
        .toList();
  }

  private static boolean written(Piece piece) {
    return piece.kind != Kind.COMMENT && !word(piece.body).endsWith("generation");
  }

  private List<Piece> pieces() {
    List<Piece> pieces = new ArrayList<>();
    while (at < source.length()) {
      int tag = nextTag();
      if (tag > at) {
        pieces.add(new Piece(Kind.TEXT, source.substring(at, tag), ' ', ' '));
      }
      at = tag;
      if (tag < source.length()) {
        Piece piece = tag();
        pieces.add(piece);
        if (piece.kind == Kind.BLOCK && word(piece.body).equals("raw")) {
          throw new TemplateFailure(ErrorCode.UNSUPPORTED, "a raw block", "no raw blocks");
        }
      }
    }
    return pieces;
  }

  private int nextTag() {
    for (int i = at; i + 1 < source.length(); i++) {
      if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  private Piece tag() {
    Kind kind =
        switch (source.charAt(at + 1)) {
          case '{' -> Kind.EXPRESSION;
          case '%' -> Kind.BLOCK;
          default -> Kind.COMMENT;
        };
    int start = at + 2;
    char before = sign(start);
    if (before != ' ') {
      start++;
    }
    int end = kind == Kind.COMMENT ? source.indexOf("#}", start) : expressionEnd(start, kind);
    if (end < 0) {
      throw new TemplateFailure(ErrorCode.CORRUPT, "a tag that does not end, " + line(), "its end");
    }
    at = end + 2;
    char after = end > start ? sign(end - 1) : ' ';
    return new Piece(kind, source.substring(start, after == ' ' ? end : end - 1), before, after);
  }

  private char sign(int place) {
    char c = place < source.length() ? source.charAt(place) : ' ';
    return c == '-' || c == '+' ? c : ' ';
  }

  private String line() {
    return "line " + (1 + source.substring(0, Math.min(at, source.length())).lines().count());
  }

  /// Where the tag that begins before `start` ends, outside of strings and brackets.
  private int expressionEnd(int start, Kind kind) {
    int depth = 0;
    for (int i = start; i + 1 < source.length(); i++) {
      char c = source.charAt(i);
      switch (c) {
        case '\'', '"' -> i = stringEnd(i);
        case '(', '[' -> depth = deeper(depth);
        case '{' -> depth = deeper(depth);
        case ')', ']' -> depth--;
        case '}', '%' -> {
          boolean ends = source.charAt(i + 1) == '}' && c == (kind == Kind.BLOCK ? '%' : '}');
          if (ends && depth <= 0) {
            return i;
          }
          if (c == '}') {
            depth--;
          }
        }
        case '*' -> {
          if (source.charAt(i + 1) == '*') {
            throw new TemplateFailure(ErrorCode.UNSUPPORTED, "a power", "no powers");
          }
        }
        case '/' -> throw new TemplateFailure(ErrorCode.UNSUPPORTED, "a division", "no divisions");
        case '|' -> {
          if (source.charAt(i + 1) == '|') {
            i++;
          } else {
            checkFilter(i + 1);
          }
        }
        case '_' -> {
          boolean begins = i == start || !Character.isJavaIdentifierPart(source.charAt(i - 1));
          if (begins && source.charAt(i + 1) == '_') {
            throw new TemplateFailure(
                ErrorCode.UNSAFE, "a name that begins with two underscores", "plain names");
          }
        }
        default -> {}
      }
    }
    return -1;
  }

  private void checkFilter(int start) {
    String name = word(source.substring(start, Math.min(source.length(), start + 100)));
    if (!FILTERS.contains(name)) {
      throw new TemplateFailure(
          ErrorCode.UNSUPPORTED, "the filter '" + name + "'", "one of " + FILTERS);
    }
  }

  private static int deeper(int depth) {
    if (depth >= MAX_DEPTH) {
      throw new TemplateFailure(
          ErrorCode.LIMIT, "deeper brackets", "at most " + MAX_DEPTH + " levels");
    }
    return depth + 1;
  }

  private int stringEnd(int start) {
    char quote = source.charAt(start);
    for (int i = start + 1; i < source.length(); i++) {
      char c = source.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == quote) {
        return i;
      }
    }
    return source.length();
  }

  private static String word(String body) {
    String stripped = body.strip();
    int end = 0;
    while (end < stripped.length() && Character.isJavaIdentifierPart(stripped.charAt(end))) {
      end++;
    }
    return stripped.substring(0, end);
  }

  private static void checkBlocks(List<Piece> pieces) {
    Deque<String> open = new ArrayDeque<>();
    for (Piece piece : pieces) {
      if (piece.kind != Kind.BLOCK) {
        continue;
      }
      String word = word(piece.body);
      if (UNSAFE.contains(word)) {
        throw new TemplateFailure(
            ErrorCode.UNSAFE, "the tag '" + word + "', which reads other files", "no such tag");
      }
      if (word.equals("for") && LOOP_EXTRA.matcher(piece.body).find()) {
        throw new TemplateFailure(
            ErrorCode.UNSUPPORTED, "a loop with a condition or recursion", "plain loops");
      }
      if ((word.equals("set") && piece.body.indexOf('=') >= 0)
          || PLAIN.contains(word)
          || word.endsWith("generation")) {
        continue;
      }
      if (BLOCKS.contains(word)) {
        open.push(word);
        if (open.size() > MAX_DEPTH) {
          throw new TemplateFailure(
              ErrorCode.LIMIT, "deeper blocks", "at most " + MAX_DEPTH + " levels");
        }
      } else if (open.isEmpty() || !word.equals("end" + open.pop())) {
        throw new TemplateFailure(
            ErrorCode.CORRUPT, "the tag '" + word + "'", "a known tag in its place");
      }
    }
    if (!open.isEmpty()) {
      throw new TemplateFailure(
          ErrorCode.CORRUPT, "the end of the template", "the tag 'end" + open.pop() + "'");
    }
  }

  private static String write(List<Piece> pieces) {
    var out = new StringBuilder();
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      switch (piece.kind) {
        case TEXT -> out.append(settled(pieces, i));
        case EXPRESSION -> out.append("{{ ").append(piece.body.strip()).append(" }}");
        case BLOCK -> {
          if (written(piece)) {
            out.append("{% ").append(piece.body.strip()).append(" %}");
          }
        }
        case COMMENT -> {}
      }
    }
    return out.toString();
  }

  private static String settled(List<Piece> pieces, int i) {
    String text = pieces.get(i).body;
    boolean lineStarts = i == 0;
    if (i > 0) {
      Piece before = pieces.get(i - 1);
      if (before.after == '-') {
        text = text.stripLeading();
      } else if (trims(before) && text.startsWith("\n")) {
        text = text.substring(1);
        lineStarts = true;
      }
    }
    if (i + 1 < pieces.size()) {
      Piece next = pieces.get(i + 1);
      if (next.before == '-') {
        text = text.stripTrailing();
      } else if (next.before == ' ' && next.kind != Kind.EXPRESSION) {
        int line = text.lastIndexOf('\n') + 1;
        if ((line > 0 || lineStarts) && text.substring(line).isBlank()) {
          text = text.substring(0, line);
        }
      }
    }
    return text;
  }

  private static boolean trims(Piece tag) {
    return tag.kind != Kind.EXPRESSION && tag.after == ' ';
  }
}
