package io.smolvlm.language.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// What a number must hold. Immutable.
///
/// @param min null for none
/// @param max null for none
/// @param multipleOf null for none, else above zero
record NumberRule(
    boolean integer,
    @Nullable BigDecimal min,
    boolean minExcluded,
    @Nullable BigDecimal max,
    boolean maxExcluded,
    @Nullable BigDecimal multipleOf) {
  static final NumberRule ANY = new NumberRule(false, null, false, null, false, null);

  boolean matches(BigDecimal value) {
    if (integer && value.stripTrailingZeros().scale() > 0) {
      return false;
    }
    return (min == null || value.compareTo(min) > (minExcluded ? 0 : -1))
        && (max == null || value.compareTo(max) < (maxExcluded ? 0 : 1))
        && (multipleOf == null || value.remainder(multipleOf).signum() == 0);
  }

  NumberRule onlyIntegers() {
    return new NumberRule(true, min, minExcluded, max, maxExcluded, multipleOf);
  }

  NumberRule atLeast(BigDecimal bound, boolean excluded) {
    int order = min == null ? 1 : bound.compareTo(min);
    return order < 0
        ? this
        : new NumberRule(
            integer,
            bound,
            order > 0 ? excluded : excluded || minExcluded,
            max,
            maxExcluded,
            multipleOf);
  }

  NumberRule atMost(BigDecimal bound, boolean excluded) {
    int order = max == null ? -1 : bound.compareTo(max);
    return order > 0
        ? this
        : new NumberRule(
            integer,
            min,
            minExcluded,
            bound,
            order < 0 ? excluded : excluded || maxExcluded,
            multipleOf);
  }

  NumberRule multipleOf(BigDecimal step) {
    BigDecimal both = multipleOf == null ? step : leastCommonMultiple(multipleOf, step);
    return new NumberRule(integer, min, minExcluded, max, maxExcluded, both);
  }

  private static BigDecimal leastCommonMultiple(BigDecimal a, BigDecimal b) {
    int scale = Math.max(0, Math.max(a.scale(), b.scale()));
    BigInteger x = a.movePointRight(scale).toBigIntegerExact();
    BigInteger y = b.movePointRight(scale).toBigIntegerExact();
    return new BigDecimal(x.divide(x.gcd(y)).multiply(y), scale).stripTrailingZeros();
  }

  /// Whether no number holds both rules, as far as their bounds tell.
  boolean excludes(NumberRule other) {
    return below(other) || other.below(this);
  }

  private boolean below(NumberRule other) {
    if (max == null || other.min == null) {
      return false;
    }
    int order = max.compareTo(other.min);
    return order < 0 || (order == 0 && (maxExcluded || other.minExcluded));
  }
}
