package io.smolvlm.language.grammar;

import java.math.BigDecimal;
import java.util.HashSet;

/// Whether two parts of a schema surely have no value in common, as `oneOf` needs it.
final class Disjoint {
  private static final int MAX_DEPTH = 4;

  private Disjoint() {}

  static boolean of(Node a, Node b) {
    return of(a, b, 0);
  }

  private static boolean of(Node a, Node b, int depth) {
    if (a instanceof Node.Choice choice) {
      return choice.options().stream().allMatch(option -> of(option, b, depth));
    }
    if (b instanceof Node.Choice) {
      return of(b, a, depth);
    }
    if (a instanceof Node.Literal literal) {
      return literal.values().stream().noneMatch(value -> mayBe(value, b));
    }
    if (b instanceof Node.Literal) {
      return of(b, a, depth);
    }
    if (a instanceof Node.Numeric x && b instanceof Node.Numeric y) {
      return x.rule().excludes(y.rule());
    }
    if (a instanceof Node.Text x && b instanceof Node.Text y) {
      return shorter(x.rule(), y.rule()) || shorter(y.rule(), x.rule());
    }
    if (a instanceof Node.Items x && b instanceof Node.Items y) {
      return (x.max >= 0 && x.max < y.min) || (y.max >= 0 && y.max < x.min);
    }
    if (a instanceof Node.Members x && b instanceof Node.Members y) {
      return members(x, y, depth) || members(y, x, depth);
    }
    return a.getClass() != b.getClass();
  }

  private static boolean shorter(TextRule a, TextRule b) {
    return a.max >= 0 && a.max < b.min;
  }

  private static boolean mayBe(Object value, Node node) {
    return switch (node) {
      case Node.Literal literal -> literal.values().contains(value);
      case Node.Text text -> value instanceof String s && text.rule().matches(s);
      case Node.Numeric number -> value instanceof BigDecimal n && number.rule().matches(n);
      case Node.Members members -> value instanceof java.util.Map;
      case Node.Items items -> value instanceof java.util.List;
      case Node.Choice choice -> choice.options().stream().anyMatch(o -> mayBe(value, o));
    };
  }

  /// A property that `a` needs tells them apart: `b` needs it with other values.
  private static boolean members(Node.Members a, Node.Members b, int depth) {
    if (depth == MAX_DEPTH) {
      return false;
    }
    var names = new HashSet<>(b.names);
    for (int i = 0; i < a.size(); i++) {
      if (a.required[i] && names.contains(a.names.get(i))) {
        int j = b.names.indexOf(a.names.get(i));
        if (b.required[j] && of(a.values[i], b.values[j], depth + 1)) {
          return true;
        }
      }
    }
    return false;
  }
}
