package io.smolvlm.language.grammar;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The keywords of one place in a schema, checked one by one, references resolved. Filled in by
/// [SchemaReader], not changed after it.
final class Rules {
  /// What JSON values are.
  enum Kind {
    OBJECT,
    ARRAY,
    STRING,
    NUMBER,
    BOOLEAN,
    NULL
  }

  /// `anyOf` or `oneOf`.
  record Alternatives(boolean exclusive, List<Rules> options) {}

  final int id;
  final String path;

  /// The schema `false`.
  boolean never;

  Set<Kind> kinds = EnumSet.allOf(Kind.class);

  /// Of `enum` and `const`.
  final List<List<Object>> choices = new ArrayList<>();

  NumberRule number = NumberRule.ANY;
  int minLength;
  int maxLength = -1;
  final List<String> patterns = new ArrayList<>();
  Map<String, Rules> properties = new LinkedHashMap<>();
  final Set<String> required = new LinkedHashSet<>();
  @Nullable Rules additional;
  List<Rules> prefix = List.of();
  @Nullable Rules items;
  int minItems;
  int maxItems = -1;
  boolean unique;
  List<Alternatives> alternatives = new ArrayList<>();
  List<Rules> all = List.of();
  @Nullable String reference;
  @Nullable Rules referred;

  Rules(int id, String path) {
    this.id = id;
    this.path = path;
  }

  /// The same without its first alternatives.
  Rules withoutAlternatives(int newId) {
    var copy = new Rules(newId, path);
    copy.kinds = kinds;
    copy.choices.addAll(choices);
    copy.number = number;
    copy.minLength = minLength;
    copy.maxLength = maxLength;
    copy.patterns.addAll(patterns);
    copy.properties = properties;
    copy.required.addAll(required);
    copy.additional = additional;
    copy.prefix = prefix;
    copy.items = items;
    copy.minItems = minItems;
    copy.maxItems = maxItems;
    copy.unique = unique;
    copy.alternatives = alternatives.subList(1, alternatives.size());
    return copy;
  }
}
