package io.smolvlm.language.grammar;

import java.util.Arrays;
import java.util.function.IntPredicate;

/// A set of code points as sorted ranges. Immutable.
final class CodePoints {
  static final int END = 0x110000;
  static final CodePoints NONE = new CodePoints(new int[0]);
  static final CodePoints ALL = new CodePoints(new int[] {0, END});
  static final CodePoints DIGIT = range('0', '9');
  static final CodePoints WORD = range('a', 'z').or(range('A', 'Z')).or(DIGIT).or(range('_', '_'));

  /// White space and line ends of ECMA-262.
  static final CodePoints SPACE =
      range(9, 13)
          .or(range(' ', ' '))
          .or(range(0xA0, 0xA0))
          .or(range(0x1680, 0x1680))
          .or(range(0x2000, 0x200A))
          .or(range(0x2028, 0x2029))
          .or(range(0x202F, 0x202F))
          .or(range(0x205F, 0x205F))
          .or(range(0x3000, 0x3000))
          .or(range(0xFEFF, 0xFEFF));

  /// All but the line ends of ECMA-262.
  static final CodePoints DOT =
      range('\n', '\n').or(range('\r', '\r')).or(range(0x2028, 0x2029)).not();

  /// Where membership changes: members are `[bounds[0], bounds[1])`, `[bounds[2], bounds[3])` and
  /// so on.
  private final int[] bounds;

  private CodePoints(int[] bounds) {
    this.bounds = bounds;
  }

  /// Where membership changes, ascending; not to be changed.
  int[] bounds() {
    return bounds;
  }

  /// @param last included
  static CodePoints range(int first, int last) {
    return new CodePoints(new int[] {first, last + 1});
  }

  static CodePoints where(IntPredicate member) {
    int[] bounds = new int[16];
    int size = 0;
    boolean inside = false;
    for (int c = 0; c <= END; c++) {
      if ((c < END && member.test(c)) != inside) {
        if (size == bounds.length) {
          bounds = Arrays.copyOf(bounds, size * 2);
        }
        bounds[size++] = c;
        inside = !inside;
      }
    }
    return new CodePoints(Arrays.copyOf(bounds, size));
  }

  boolean contains(int c) {
    int at = Arrays.binarySearch(bounds, c);
    return at >= 0 ? (at & 1) == 0 : (-at - 1 & 1) == 1;
  }

  CodePoints not() {
    boolean fromZero = bounds.length > 0 && bounds[0] == 0;
    boolean toEnd = bounds.length > 0 && bounds[bounds.length - 1] == END;
    int from = fromZero ? 1 : 0;
    int to = bounds.length - (toEnd ? 1 : 0);
    int[] result = new int[to - from + (fromZero ? 0 : 1) + (toEnd ? 0 : 1)];
    int size = 0;
    if (!fromZero) {
      result[size++] = 0;
    }
    for (int i = from; i < to; i++) {
      result[size++] = bounds[i];
    }
    if (!toEnd) {
      result[size] = END;
    }
    return new CodePoints(result);
  }

  CodePoints or(CodePoints other) {
    int[] result = new int[bounds.length + other.bounds.length];
    int size = 0;
    int i = 0;
    int j = 0;
    boolean before = false;
    while (i < bounds.length || j < other.bounds.length) {
      int at =
          Math.min(
              i < bounds.length ? bounds[i] : END + 1,
              j < other.bounds.length ? other.bounds[j] : END + 1);
      if (i < bounds.length && bounds[i] == at) {
        i++;
      }
      if (j < other.bounds.length && other.bounds[j] == at) {
        j++;
      }
      boolean now = (i & 1) == 1 || (j & 1) == 1;
      if (now != before) {
        result[size++] = at;
        before = now;
      }
    }
    return new CodePoints(Arrays.copyOf(result, size));
  }

  /// Whether a code point stands for itself in a JSON string that is written here.
  static boolean plain(int c) {
    return c >= 0x20
        && c != '"'
        && c != '\\'
        && (c < 0xD800 || c > 0xDFFF)
        && (c < Utf8.GAP_START || c >= Utf8.GAP_END);
  }

  /// Whether a control character has an escape of two characters.
  static boolean shortEscape(int c) {
    return c == '"' || c == '\\' || (c >= 8 && c <= 13 && c != 11);
  }

  /// Bytes of the shortest way to write a code point in a string, 0 if it is not written.
  static int bytesOf(int c) {
    return plain(c) ? Utf8.length(c) : shortEscape(c) ? 2 : 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CodePoints set && Arrays.equals(bounds, set.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }
}
