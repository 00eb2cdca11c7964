package io.smolvlm.language.grammar;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Tells whether a value of an enumeration holds the other keywords beside it.
final class SchemaCheck {
  private static final int MAX_DEPTH = 100;

  private final Work work;
  private final Map<String, PatternDfa> patterns = new HashMap<>();

  SchemaCheck(Work work) {
    this.work = work;
  }

  boolean holds(Object value, Rules rules, int depth) {
    work.spend(20, "enum", rules.path);
    if (depth > MAX_DEPTH) {
      throw Work.refused("$ref", rules.path, "refers to itself");
    }
    if (rules.never || !rules.kinds.contains(kind(value)) || !chosen(value, rules)) {
      return false;
    }
    Rules referred = rules.referred;
    if (referred != null && !holds(value, referred, depth + 1)) {
      return false;
    }
    for (Rules part : rules.all) {
      if (!holds(value, part, depth + 1)) {
        return false;
      }
    }
    for (Rules.Alternatives alternatives : rules.alternatives) {
      long fitting =
          alternatives.options().stream().filter(o -> holds(value, o, depth + 1)).count();
      if (fitting == 0 || (alternatives.exclusive() && fitting > 1)) {
        return false;
      }
    }
    return switch (value) {
      case String text -> text(text, rules);
      case BigDecimal number -> rules.number.matches(number);
      case Map<?, ?> map -> members(map, rules, depth);
      case List<?> list -> items(list, rules, depth);
      default -> true;
    };
  }

  static Rules.Kind kind(Object value) {
    return switch (value) {
      case String text -> Rules.Kind.STRING;
      case BigDecimal number -> Rules.Kind.NUMBER;
      case Boolean bool -> Rules.Kind.BOOLEAN;
      case Map<?, ?> map -> Rules.Kind.OBJECT;
      case List<?> list -> Rules.Kind.ARRAY;
      default -> Rules.Kind.NULL;
    };
  }

  private static boolean chosen(Object value, Rules rules) {
    return rules.choices.stream().allMatch(list -> list.contains(value));
  }

  private boolean text(String text, Rules rules) {
    int length = text.codePointCount(0, text.length());
    return length >= rules.minLength
        && (rules.maxLength < 0 || length <= rules.maxLength)
        && rules.patterns.stream().allMatch(p -> pattern(p, rules.path).matches(text));
  }

  private PatternDfa pattern(String pattern, String path) {
    PatternDfa known = patterns.get(pattern);
    if (known == null) {
      known = PatternDfa.of(List.of(RegexParser.parse(pattern, path)), work, path);
      patterns.put(pattern, known);
    }
    return known;
  }

  private boolean members(Map<?, ?> map, Rules rules, int depth) {
    if (!map.keySet().containsAll(rules.required)) {
      return false;
    }
    for (var entry : map.entrySet()) {
      Rules member = rules.properties.getOrDefault((String) entry.getKey(), rules.additional);
      if (member != null && !holds(entry.getValue(), member, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private boolean items(List<?> list, Rules rules, int depth) {
    if (list.size() < rules.minItems
        || (rules.maxItems >= 0 && list.size() > rules.maxItems)
        || (rules.unique && list.stream().distinct().count() < list.size())) {
      return false;
    }
    for (int i = 0; i < list.size(); i++) {
      Rules item = i < rules.prefix.size() ? rules.prefix.get(i) : rules.items;
      if (item != null && !holds(list.get(i), item, depth + 1)) {
        return false;
      }
    }
    return true;
  }
}
