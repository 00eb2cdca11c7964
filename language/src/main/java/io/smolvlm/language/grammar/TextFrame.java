package io.smolvlm.language.grammar;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Inside a string. Reads bytes into code points: plain UTF-8, short escapes, and, where no pattern
/// rules, `\\u` escapes with surrogates in pairs.
final class TextFrame extends Frame {
  private enum Mode {
    PLAIN,

    /// `left` bytes of a character to come.
    BYTES,
    ESCAPE,

    /// `left` digits to come.
    HEX,

    /// Behind a high surrogate: its low one must follow.
    LOW_ESCAPE,
    LOW_U,
    LOW_HEX
  }

  private static final String SHORT_ESCAPES = "\"\\/bfnrt";
  private static final String ESCAPED = "\"\\/\b\f\n\r\t";

  private final TextRule rule;

  /// Null without a pattern.
  private final @Nullable PatternTokens tokens;

  private final Parent parent;
  private final int count;
  private final int state;
  private final Mode mode;
  private final int left;
  private final int bits;

  private TextFrame(
      TextRule rule,
      @Nullable PatternTokens tokens,
      Parent parent,
      int count,
      int state,
      Mode mode,
      int left,
      int bits) {
    this.rule = rule;
    this.tokens = tokens;
    this.parent = parent;
    this.count = count;
    this.state = state;
    this.mode = mode;
    this.left = left;
    this.bits = bits;
  }

  /// Behind the opening quote.
  static TextFrame start(TextRule rule, @Nullable PatternTokens tokens, Parent parent) {
    return new TextFrame(rule, tokens, parent, 0, 0, Mode.PLAIN, 0, 0);
  }

  private TextFrame in(Mode to, int toCome, int value) {
    return new TextFrame(rule, tokens, parent, count, state, to, toCome, value);
  }

  @Override
  void step(int b, Configs out) {
    if (mode == Mode.PLAIN && b == '"') {
      if (count >= rule.min && (rule.dfa == null || rule.dfa.accepts(state))) {
        out.add(parent.resume(-1, null));
      }
      return;
    }
    TextFrame after = after(b);
    if (after != null) {
      out.add(after);
    }
  }

  private @Nullable TextFrame after(int b) {
    return switch (mode) {
      case PLAIN -> plain(b);
      case BYTES -> {
        int now = bits << 6 | (b & 0x3F);
        if ((b & 0xC0) != 0x80 || !Utf8.goesOn(now, left - 1)) {
          yield null;
        }
        yield left == 1 ? character(now) : possible(in(Mode.BYTES, left - 1, now));
      }
      case ESCAPE -> {
        int short_ = SHORT_ESCAPES.indexOf(b);
        if (short_ >= 0) {
          yield character(ESCAPED.charAt(short_));
        }
        yield b == 'u' && rule.dfa == null ? in(Mode.HEX, 4, 0) : null;
      }
      case HEX -> hex(b);
      case LOW_ESCAPE -> b == '\\' ? in(Mode.LOW_U, 0, 0) : null;
      case LOW_U -> b == 'u' ? in(Mode.LOW_HEX, 4, 0) : null;
      case LOW_HEX -> {
        int digit = Character.digit(b, 16);
        int now = bits << 4 | digit;
        // DC00 to DFFF.
        boolean low = left == 4 ? digit == 0xD : left != 3 || digit >= 0xC;
        yield digit < 0 || !low
            ? null
            : left == 1 ? character('?') : in(Mode.LOW_HEX, left - 1, now);
      }
    };
  }

  private @Nullable TextFrame plain(int b) {
    if (rule.max >= 0 && count >= rule.max) {
      return null;
    }
    if (b == '\\') {
      return in(Mode.ESCAPE, 0, 0);
    }
    int following = Utf8.following(b);
    if (following == 0) {
      return CodePoints.plain(b) ? character(b) : null;
    }
    return following < 0 ? null : possible(in(Mode.BYTES, following, Utf8.firstBits(b, following)));
  }

  private @Nullable TextFrame hex(int b) {
    int digit = Character.digit(b, 16);
    if (digit < 0) {
      return null;
    }
    int now = bits << 4 | digit;
    if (left == 3 && now >= 0xDC && now <= 0xDF) {
      return null;
    }
    if (left > 1) {
      return in(Mode.HEX, left - 1, now);
    }
    return now >= 0xD800 && now <= 0xDBFF ? in(Mode.LOW_ESCAPE, 0, 0) : character(now);
  }

  private @Nullable TextFrame character(int codePoint) {
    int to = rule.dfa == null ? 0 : rule.dfa.after(state, codePoint);
    return to < 0 ? null : new TextFrame(rule, tokens, parent, count + 1, to, Mode.PLAIN, 0, 0);
  }

  /// The frame, unless no character that the pattern wants begins so.
  private static @Nullable TextFrame possible(TextFrame frame) {
    return frame.rule.dfa == null || frame.inside() < Costs.INFINITE ? frame : null;
  }

  /// Tokens to the closing quote.
  private int inside() {
    return switch (mode) {
      case PLAIN -> rule.cost(count, state);
      case BYTES -> {
        int low = bits << (6 * left);
        int high = low + (1 << (6 * left)) - 1;
        // Behind E0 and F0 the lower half would be overlong.
        low = left == 1 ? low : Math.max(low, left == 2 ? 0x800 : 0x10000);
        yield Costs.sum(left, rule.costThrough(count, state, low, high));
      }
      case ESCAPE -> Costs.sum(1, escaped());
      default -> unicode() + rule.costThrough(count, state, 0, 0);
    };
  }

  private int escaped() {
    if (rule.dfa == null) {
      return rule.costThrough(count, state, 0, 0);
    }
    int best = Costs.INFINITE;
    for (int i = 0; i < ESCAPED.length(); i++) {
      int to = rule.dfa.after(state, ESCAPED.charAt(i));
      best = to < 0 ? best : Math.min(best, rule.cost(count + 1, to));
    }
    return best;
  }

  /// Bytes that complete a unicode escape.
  private int unicode() {
    boolean high =
        mode == Mode.HEX
            && left <= 2
            && bits >> (4 * (2 - left)) >= 0xD8
            && bits >> (4 * (2 - left)) <= 0xDB;
    return switch (mode) {
      case HEX -> high ? left + 6 : left;
      case LOW_ESCAPE -> 6;
      case LOW_U -> 5;
      default -> left;
    };
  }

  @Override
  int cost() {
    return Costs.sum(Costs.sum(inside(), 1), parent.rest());
  }

  @Override
  boolean permitPlain(TokenVocabulary vocabulary, int budget, long[] into) {
    if (mode != Mode.PLAIN) {
      return false;
    }
    int room = rule.max < 0 ? Integer.MAX_VALUE : rule.max - count;
    if (tokens == null) {
      // The cost after a token is the same for all, or smaller for longer ones.
      if (Costs.sum(1 + Math.max(0, rule.min - count - 1), parent.rest()) <= budget) {
        vocabulary.addPlain(room, into);
      }
      return true;
    }
    for (PatternTokens.Group group : tokens.from(state)) {
      if (group.characters <= room
          && Costs.sum(
                  rule.cost(count + group.characters, group.state), Costs.sum(1, parent.rest()))
              <= budget) {
        group.addTo(into);
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextFrame f
        && f.rule.equals(rule)
        && f.count == count
        && f.state == state
        && f.mode == mode
        && f.left == left
        && f.bits == bits
        && f.parent.equals(parent);
  }

  @Override
  public int hashCode() {
    return Objects.hash(count, state, mode, left, bits);
  }
}
