package io.smolvlm.language.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The texts of numbers within bounds, as a deterministic automaton over characters: reading a
/// number from the left, a state knows how its digits so far compare with those of the bounds, and
/// what remains modulo `multipleOf`. A state from which no number can be completed is never
/// entered, so bounds are exact to the digit.
///
/// Numbers are written plainly, without a leading minus before zero; only a number without bounds
/// may have an exponent. They have at most 15 digits unless a bound has more: parsers that read
/// doubles then find each on its own side of the bound. Immutable.
final class NumberAutomaton {
  private static final int MAX_STATES = 100_000;
  private static final int MAX_MODULUS = 100_000;
  private static final int DOUBLE_DIGITS = 15;
  private static final String SYMBOLS = "0123456789-.eE+";

  private final int[] table;

  /// Bytes to a complete number by state.
  private final int[] cost;

  private NumberAutomaton(int[] table, int[] cost) {
    this.table = table;
    this.cost = cost;
  }

  /// The state after a byte, -1 if no number goes on so. The first state is 0.
  int after(int state, int b) {
    int symbol = b >= '0' && b <= '9' ? b - '0' : symbol(b);
    int to = symbol < 0 ? -1 : table[state * SYMBOLS.length() + symbol];
    return to >= 0 && cost[to] < Costs.INFINITE ? to : -1;
  }

  private static int symbol(int b) {
    return switch (b) {
      case '-' -> 10;
      case '.' -> 11;
      case 'e' -> 12;
      case 'E' -> 13;
      case '+' -> 14;
      default -> -1;
    };
  }

  /// Bytes that complete the number, 0 if it is complete.
  int cost(int state) {
    return cost[state];
  }

  static NumberAutomaton of(NumberRule rule, Work work, String path) {
    return new Builder(rule, work, path).build();
  }

  private enum Phase {
    START,
    MINUS,
    WHOLE,
    POINT,
    FRACTION,
    EXPONENT,
    EXPONENT_SIGN,
    EXPONENT_DIGITS
  }

  /// @param digits of the phase so far
  /// @param whole digits before the point
  /// @param zero whether the whole part is a single zero
  /// @param low how the digits compare with those of the lower bound of the magnitude
  /// @param high the same with the upper bound
  /// @param rest of the digits modulo `multipleOf`
  private record State(
      Phase phase,
      boolean negative,
      int digits,
      int whole,
      boolean zero,
      int low,
      int high,
      int rest) {}

  /// Bounds of the magnitude of positive or of negative numbers.
  private record Range(@Nullable Bound low, @Nullable Bound high, boolean empty) {}

  private record Bound(String whole, String fraction, boolean excluded) {
    static Bound of(BigDecimal value, boolean excluded) {
      String text = value.toPlainString();
      int point = text.indexOf('.');
      return point < 0
          ? new Bound(text, "", excluded)
          : new Bound(text.substring(0, point), text.substring(point + 1), excluded);
    }

    /// How a digit changes the comparison of the whole parts, place by place.
    int whole(int before, int place, int digit) {
      return before != 0 || place >= whole.length()
          ? before
          : Integer.compare(digit, whole.charAt(place) - '0');
    }

    /// How the whole parts compare once all digits are known.
    int wholeDone(int compared, int places) {
      return places == whole.length() ? compared : Integer.compare(places, whole.length());
    }

    int fraction(int before, int place, int digit) {
      return before != 0
          ? before
          : Integer.compare(digit, place < fraction.length() ? fraction.charAt(place) - '0' : 0);
    }

    /// How the numbers compare if no further digit comes.
    int done(int before, int places) {
      if (before != 0) {
        return before;
      }
      for (int i = places; i < fraction.length(); i++) {
        if (fraction.charAt(i) != '0') {
          return -1;
        }
      }
      return 0;
    }
  }

  private static final class Builder {
    private final NumberRule rule;
    private final Work work;
    private final String path;
    private final Range positive;
    private final Range negative;
    private final int modulus;
    private final int modulusScale;
    private final int maxWhole;
    private final int maxFraction;
    private final int boundFraction;
    private final Map<State, Integer> ids = new HashMap<>();
    private final List<State> states = new ArrayList<>();

    Builder(NumberRule rule, Work work, String path) {
      this.rule = rule;
      this.work = work;
      this.path = path;
      positive = range(rule.min(), rule.minExcluded(), rule.max(), rule.maxExcluded(), false);
      negative =
          range(
              negate(rule.max()), rule.maxExcluded(), negate(rule.min()), rule.minExcluded(), true);
      BigDecimal step = rule.multipleOf();
      if (step == null) {
        modulus = 1;
        modulusScale = 0;
      } else {
        modulusScale = Math.max(0, step.scale());
        BigInteger unscaled = step.movePointRight(modulusScale).toBigIntegerExact();
        if (unscaled.bitLength() > 30 || unscaled.intValue() > MAX_MODULUS) {
          throw Work.refused("multipleOf", path, "has more digits than are supported");
        }
        modulus = unscaled.intValue();
      }
      int longest = 0;
      int fraction = 0;
      for (Bound bound : bounds()) {
        longest = Math.max(longest, bound.whole.length());
        fraction = Math.max(fraction, bound.fraction.length());
      }
      maxWhole = Math.max(DOUBLE_DIGITS, longest + 1);
      boundFraction = fraction == 0 ? 0 : fraction + 1;
      maxFraction = rule.integer() ? 0 : step != null ? modulusScale : Math.max(10, boundFraction);
    }

    private static @Nullable BigDecimal negate(@Nullable BigDecimal value) {
      return value == null ? null : value.negate();
    }

    private List<Bound> bounds() {
      List<Bound> bounds = new ArrayList<>();
      for (Range range : List.of(positive, negative)) {
        if (range.low != null) {
          bounds.add(range.low);
        }
        if (range.high != null) {
          bounds.add(range.high);
        }
      }
      return bounds;
    }

    private static Range range(
        @Nullable BigDecimal min,
        boolean minExcluded,
        @Nullable BigDecimal max,
        boolean maxExcluded,
        boolean withoutZero) {
      boolean fromZero = min == null || min.signum() < 0;
      BigDecimal low = fromZero || min == null ? BigDecimal.ZERO : min;
      boolean excluded = fromZero ? withoutZero : minExcluded || (withoutZero && low.signum() == 0);
      boolean empty = max != null && max.signum() < 0;
      return new Range(
          Bound.of(low, excluded), max == null || empty ? null : Bound.of(max, maxExcluded), empty);
    }

    NumberAutomaton build() {
      id(new State(Phase.START, false, 0, 0, false, 0, 0, 0));
      List<int[]> rows = new ArrayList<>();
      for (int i = 0; i < states.size(); i++) {
        int[] row = new int[SYMBOLS.length()];
        for (int symbol = 0; symbol < row.length; symbol++) {
          State to = after(states.get(i), SYMBOLS.charAt(symbol));
          row[symbol] = to == null ? -1 : id(to);
        }
        rows.add(row);
      }
      int[] table = new int[rows.size() * SYMBOLS.length()];
      for (int i = 0; i < rows.size(); i++) {
        System.arraycopy(rows.get(i), 0, table, i * SYMBOLS.length(), SYMBOLS.length());
      }
      return new NumberAutomaton(table, costs(table));
    }

    private int[] costs(int[] table) {
      int[] cost = new int[states.size()];
      for (int i = 0; i < cost.length; i++) {
        cost[i] = complete(states.get(i)) ? 0 : Costs.INFINITE;
      }
      boolean changed = true;
      while (changed) {
        work.spend(table.length, "number", path);
        changed = false;
        for (int i = cost.length - 1; i >= 0; i--) {
          for (int s = 0; s < SYMBOLS.length(); s++) {
            int to = table[i * SYMBOLS.length() + s];
            if (to >= 0 && cost[to] + 1 < cost[i]) {
              cost[i] = cost[to] + 1;
              changed = true;
            }
          }
        }
      }
      return cost;
    }

    private int id(State state) {
      Integer known = ids.putIfAbsent(state, states.size());
      if (known != null) {
        return known;
      }
      work.spend(4L * SYMBOLS.length(), "number", path);
      if (states.size() == MAX_STATES) {
        throw Work.refused(
            rule.multipleOf() == null ? "number" : "multipleOf", path, "has too many digits");
      }
      states.add(state);
      return states.size() - 1;
    }

    private @Nullable State after(State s, char symbol) {
      if (symbol >= '0' && symbol <= '9') {
        return digit(s, symbol - '0');
      }
      return switch (symbol) {
        case '-' ->
            s.phase == Phase.START && !negative.empty
                ? new State(Phase.MINUS, true, 0, 0, false, 0, 0, 0)
                : s.phase == Phase.EXPONENT ? exponent(s, Phase.EXPONENT_SIGN) : null;
        case '+' -> s.phase == Phase.EXPONENT ? exponent(s, Phase.EXPONENT_SIGN) : null;
        case '.' -> s.phase == Phase.WHOLE && maxFraction > 0 ? point(s) : null;
        default ->
            rule.equals(NumberRule.ANY) && (s.phase == Phase.WHOLE || s.phase == Phase.FRACTION)
                ? exponent(s, Phase.EXPONENT)
                : null;
      };
    }

    private static State exponent(State s, Phase phase) {
      return new State(phase, s.negative, 0, 0, false, 1, -1, 0);
    }

    private @Nullable State digit(State s, int digit) {
      return switch (s.phase) {
        case START, MINUS, WHOLE -> whole(s, digit);
        case POINT, FRACTION -> fraction(s, digit);
        case EXPONENT, EXPONENT_SIGN, EXPONENT_DIGITS ->
            s.digits < 2
                ? new State(Phase.EXPONENT_DIGITS, s.negative, s.digits + 1, 0, false, 1, -1, 0)
                : null;
      };
    }

    private @Nullable State whole(State s, int digit) {
      Range range = s.negative ? negative : positive;
      Bound low = range.low;
      Bound high = range.high;
      if (range.empty || s.zero || s.digits == maxWhole) {
        return null;
      }
      if (high != null && s.digits == high.whole.length()) {
        return null;
      }
      return new State(
          Phase.WHOLE,
          s.negative,
          s.digits + 1,
          s.digits + 1,
          s.digits == 0 && digit == 0,
          low == null ? 0 : low.whole(s.low, s.digits, digit),
          high == null ? 0 : high.whole(s.high, s.digits, digit),
          (int) ((s.rest * 10L + digit) % modulus));
    }

    private @Nullable State point(State s) {
      State settled = settled(s);
      return settled.high > 0
          ? null
          : new State(
              Phase.POINT, s.negative, 0, s.whole, false, settled.low, settled.high, s.rest);
    }

    /// The comparisons once the whole part is complete.
    private State settled(State s) {
      Range range = s.negative ? negative : positive;
      int low = range.low == null ? 1 : range.low.wholeDone(s.low, s.digits);
      int high = range.high == null ? -1 : range.high.wholeDone(s.high, s.digits);
      return new State(s.phase, s.negative, s.digits, s.whole, s.zero, low, high, s.rest);
    }

    private @Nullable State fraction(State s, int digit) {
      Range range = s.negative ? negative : positive;
      int places = s.digits;
      if (places >= maxFraction
          || (s.whole + places >= DOUBLE_DIGITS && places >= boundFraction && modulusScale == 0)) {
        return null;
      }
      int low = range.low == null ? 1 : range.low.fraction(s.low, places, digit);
      int high = range.high == null ? -1 : range.high.fraction(s.high, places, digit);
      if (high > 0) {
        return null;
      }
      return new State(
          Phase.FRACTION,
          s.negative,
          places + 1,
          s.whole,
          false,
          low,
          high,
          (int) ((s.rest * 10L + digit) % modulus));
    }

    private boolean complete(State s) {
      return switch (s.phase) {
        case WHOLE -> within(settled(s), 0);
        case FRACTION -> within(s, s.digits);
        case EXPONENT_DIGITS -> true;
        default -> false;
      };
    }

    private boolean within(State s, int places) {
      Range range = s.negative ? negative : positive;
      int low = range.low == null ? 1 : range.low.done(s.low, places);
      int high = range.high == null ? -1 : range.high.done(s.high, places);
      if (low < 0 || (low == 0 && range.low != null && range.low.excluded)) {
        return false;
      }
      if (high > 0 || (high == 0 && range.high != null && range.high.excluded)) {
        return false;
      }
      long rest = s.rest;
      for (int i = places; i < modulusScale; i++) {
        rest = rest * 10 % modulus;
      }
      return rest == 0;
    }
  }

  @Override
  public String toString() {
    return "NumberAutomaton" + Arrays.toString(new int[] {cost.length});
  }
}
