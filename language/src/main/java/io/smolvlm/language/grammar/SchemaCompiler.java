package io.smolvlm.language.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns [Rules] into [Node]s.
///
/// A node stands for a set of rules that all hold: a reference and `allOf` add to the set,
/// alternatives make a choice of several sets. The same set gives the same node, so recursion ends;
/// what stands inside objects and arrays is compiled later, from a queue.
final class SchemaCompiler {
  private static final int MAX_NODES = 20_000;

  private final Work work;
  private final SchemaCheck check;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<List<Integer>, Node> known = new HashMap<>();
  private final Set<List<Integer>> inProgress = new HashSet<>();
  private final Map<Integer, Rules> withoutAlternatives = new HashMap<>();
  private final Map<Object, Node> alike = new HashMap<>();
  private final Deque<Runnable> later = new ArrayDeque<>();
  private final List<Runnable> atEnd = new ArrayList<>();
  private int nextRules;

  /// @param nextRules a number above those of all rules
  SchemaCompiler(Work work, int nextRules) {
    this.work = work;
    this.check = new SchemaCheck(work);
    this.nextRules = nextRules;
  }

  /// @throws io.smolvlm.tensor.SmolVlmException if no value fits
  Node compile(Rules root) {
    Node node = node(List.of(root));
    while (!later.isEmpty()) {
      later.removeFirst().run();
    }
    atEnd.forEach(Runnable::run);
    work.spend((long) nodes.size() * Costs.MAX_LEVELS, "schema", root.path);
    if (Costs.of(nodes, Costs.Spelling::bytes).value(node, Costs.MAX_LEVELS) >= Costs.INFINITE) {
      throw Work.refused("schema", root.path, "allows no value, or none that ends");
    }
    return node;
  }

  List<Node> nodes() {
    return List.copyOf(nodes);
  }

  private <T extends Node> T added(T node) {
    if (nodes.size() >= MAX_NODES) {
      throw Work.refused("schema", "", "compiles to more than " + MAX_NODES + " parts");
    }
    nodes.add(node);
    return node;
  }

  /// The literal of a text that is not JSON, for what stands around an answer.
  Node literal(String text) {
    return added(new Node.Literal(nodes.size(), LiteralTrie.of(List.of(text)), List.of(text)));
  }

  Node node(Collection<Rules> rules) {
    Set<Rules> set = new LinkedHashSet<>();
    for (Rules r : rules) {
      gather(r, set, new HashSet<>());
    }
    work.spend(10L * set.size() + 10, "schema", "");
    List<Integer> key = set.stream().map(r -> r.id).sorted().toList();
    Node before = known.get(key);
    if (before != null) {
      return before;
    }
    String path = set.isEmpty() ? "" : set.iterator().next().path;
    if (!inProgress.add(key)) {
      throw Work.refused("$ref", path, "refers to itself");
    }
    Node node = build(set, path);
    inProgress.remove(key);
    known.put(key, node);
    return node;
  }

  private void gather(Rules rules, Set<Rules> set, Set<Rules> onTheWay) {
    if (!onTheWay.add(rules)) {
      throw Work.refused("$ref", rules.path, "refers to itself");
    }
    work.spend(2, "$ref", rules.path);
    if (set.add(rules)) {
      if (rules.referred != null) {
        gather(rules.referred, set, onTheWay);
      }
      for (Rules part : rules.all) {
        gather(part, set, onTheWay);
      }
    }
    onTheWay.remove(rules);
  }

  private Node build(Set<Rules> set, String path) {
    if (set.stream().anyMatch(r -> r.never)) {
      return choice(List.of());
    }
    for (Rules rules : set) {
      if (!rules.choices.isEmpty()) {
        return literals(set, rules.choices.getFirst());
      }
    }
    for (Rules rules : set) {
      if (!rules.alternatives.isEmpty()) {
        return alternatives(set, rules);
      }
    }
    return choice(new KindNodes(set, path).all());
  }

  private Node literals(Set<Rules> set, List<Object> values) {
    List<Object> fitting = new ArrayList<>();
    for (Object value : values) {
      if (set.stream().allMatch(rules -> check.holds(value, rules, 0))) {
        fitting.add(value);
      }
    }
    return literals(fitting);
  }

  private Node literals(List<Object> values) {
    Map<String, Object> texts = new LinkedHashMap<>();
    for (Object value : values) {
      texts.put(JsonTree.write(value), value);
    }
    if (texts.isEmpty()) {
      return choice(List.of());
    }
    for (String text : texts.keySet()) {
      work.spend(10L * text.length(), "enum", "");
    }
    return alike.computeIfAbsent(
        List.copyOf(texts.keySet()),
        key ->
            added(
                new Node.Literal(
                    nodes.size(),
                    LiteralTrie.of(List.copyOf(texts.keySet())),
                    List.copyOf(texts.values()))));
  }

  private Node alternatives(Set<Rules> set, Rules rules) {
    Rules.Alternatives alternatives = rules.alternatives.getFirst();
    Rules base =
        withoutAlternatives.computeIfAbsent(rules.id, id -> rules.withoutAlternatives(nextRules++));
    List<Node> options = new ArrayList<>();
    for (Rules option : alternatives.options()) {
      List<Rules> all = new ArrayList<>();
      for (Rules r : set) {
        all.add(r == rules ? base : r);
      }
      all.add(option);
      options.add(node(all));
    }
    if (alternatives.exclusive()) {
      atEnd.add(() -> requireExclusive(options, rules.path));
    }
    return choice(options);
  }

  private void requireExclusive(List<Node> options, String path) {
    for (int i = 0; i < options.size(); i++) {
      for (int j = 0; j < i; j++) {
        work.spend(100, "oneOf", path);
        if (!Disjoint.of(options.get(i), options.get(j))) {
          throw Work.refused(
              "oneOf", path, "has alternatives that may both hold: say anyOf if they may");
        }
      }
    }
  }

  /// One of several, flat, equal ones once, literals together.
  private Node choice(List<Node> options) {
    Set<Node> flat = new LinkedHashSet<>();
    Map<String, Object> texts = new LinkedHashMap<>();
    int literals = 0;
    for (Node option : options) {
      for (Node one : option instanceof Node.Choice c ? c.options() : List.of(option)) {
        work.spend(5, "anyOf", "");
        if (flat.add(one) && one instanceof Node.Literal literal) {
          literals++;
          for (Object value : literal.values()) {
            texts.put(JsonTree.write(value), value);
          }
        }
      }
    }
    if (literals > 1) {
      flat.removeIf(Node.Literal.class::isInstance);
      flat.add(literals(List.copyOf(texts.values())));
    }
    if (flat.size() == 1) {
      return flat.iterator().next();
    }
    List<Node> all = List.copyOf(flat);
    List<Object> key = new ArrayList<>();
    key.add("choice");
    all.forEach(n -> key.add(n.id()));
    return alike.computeIfAbsent(key, k -> added(new Node.Choice(nodes.size(), all)));
  }

  /// A node for each kind of value that a set of rules without alternatives allows.
  private final class KindNodes {
    private final Set<Rules> set;
    private final String path;

    KindNodes(Set<Rules> set, String path) {
      this.set = set;
      this.path = path;
    }

    List<Node> all() {
      Set<Rules.Kind> kinds = java.util.EnumSet.allOf(Rules.Kind.class);
      set.forEach(r -> kinds.retainAll(r.kinds));
      List<Node> result = new ArrayList<>();
      List<Object> fixed = new ArrayList<>();
      for (Rules.Kind kind : kinds) {
        Node node =
            switch (kind) {
              case OBJECT -> members();
              case ARRAY -> items();
              case STRING -> text();
              case NUMBER -> number();
              case BOOLEAN -> {
                fixed.addAll(List.of(true, false));
                yield null;
              }
              case NULL -> {
                fixed.add(JsonTree.NULL);
                yield null;
              }
            };
        if (node != null) {
          result.add(node);
        }
      }
      if (!fixed.isEmpty()) {
        result.add(literals(fixed));
      }
      return result;
    }

    private @Nullable Node number() {
      NumberRule rule = NumberRule.ANY;
      for (Rules rules : set) {
        NumberRule other = rules.number;
        rule = other.integer() ? rule.onlyIntegers() : rule;
        rule = other.min() == null ? rule : rule.atLeast(other.min(), other.minExcluded());
        rule = other.max() == null ? rule : rule.atMost(other.max(), other.maxExcluded());
        rule = other.multipleOf() == null ? rule : rule.multipleOf(other.multipleOf());
      }
      NumberRule all = rule;
      return alike.computeIfAbsent(
          all,
          key -> added(new Node.Numeric(nodes.size(), all, NumberAutomaton.of(all, work, path))));
    }

    private @Nullable Node text() {
      int min = 0;
      int max = -1;
      Set<String> patterns = new LinkedHashSet<>();
      for (Rules rules : set) {
        min = Math.max(min, rules.minLength);
        max =
            max < 0 ? rules.maxLength : rules.maxLength < 0 ? max : Math.min(max, rules.maxLength);
        patterns.addAll(rules.patterns);
      }
      if (max >= 0 && min > max) {
        return null;
      }
      List<Object> key = List.of("text", min, max, List.copyOf(patterns));
      Node before = alike.get(key);
      if (before != null) {
        return before;
      }
      PatternDfa dfa = null;
      if (!patterns.isEmpty()) {
        List<Nfa> automata = new ArrayList<>();
        for (String pattern : patterns) {
          automata.add(RegexParser.parse(pattern, path));
        }
        dfa = PatternDfa.of(automata, work, path);
      }
      Node node = added(new Node.Text(nodes.size(), new TextRule(min, max, dfa, work, path)));
      alike.put(key, node);
      return node;
    }

    private Node members() {
      Set<String> names = new LinkedHashSet<>();
      Set<String> required = new LinkedHashSet<>();
      set.forEach(r -> names.addAll(r.properties.keySet()));
      boolean described = !names.isEmpty();
      set.forEach(r -> required.addAll(r.required));
      names.addAll(required);
      List<String> order = List.copyOf(names);
      boolean[] needed = new boolean[order.size()];
      for (int i = 0; i < needed.length; i++) {
        needed[i] = required.contains(order.get(i));
        work.spend(20L * order.get(i).length() + 20L * set.size(), "properties", path);
      }
      var node = added(new Node.Members(nodes.size(), path, order, needed));
      List<Rules> others = new ArrayList<>();
      boolean closed = described;
      for (Rules rules : set) {
        if (rules.additional != null) {
          others.add(rules.additional);
          closed = false;
        }
      }
      boolean none = closed;
      later.add(() -> {
        for (int i = 0; i < order.size(); i++) {
          node.values[i] = node(member(order.get(i)));
        }
        node.additional = none ? null : node(others);
      });
      return node;
    }

    private List<Rules> member(String name) {
      List<Rules> result = new ArrayList<>();
      for (Rules rules : set) {
        Rules member = rules.properties.getOrDefault(name, rules.additional);
        if (member != null) {
          result.add(member);
        }
      }
      return result;
    }

    private @Nullable Node items() {
      int min = 0;
      int max = -1;
      int prefix = 0;
      boolean unique = false;
      for (Rules rules : set) {
        min = Math.max(min, rules.minItems);
        max = max < 0 ? rules.maxItems : rules.maxItems < 0 ? max : Math.min(max, rules.maxItems);
        prefix = Math.max(prefix, rules.prefix.size());
        unique |= rules.unique;
      }
      if (max >= 0 && min > max) {
        return null;
      }
      boolean different = unique && (max < 0 || max > 1);
      int count = prefix;
      if (different && count > 0) {
        throw Work.refused("uniqueItems", path, "is not supported beside prefixItems");
      }
      var node = added(new Node.Items(nodes.size(), path, count, min, max, different));
      later.add(() -> {
        for (int i = 0; i < count; i++) {
          node.prefix[i] = node(item(i));
        }
        Node rest = node(item(count));
        node.rest = rest instanceof Node.Choice c && c.options().isEmpty() ? null : rest;
        if (different) {
          node.limitDifferent();
        }
      });
      return node;
    }

    private List<Rules> item(int index) {
      List<Rules> result = new ArrayList<>();
      for (Rules rules : set) {
        Rules item = index < rules.prefix.size() ? rules.prefix.get(index) : rules.items;
        if (item != null) {
          result.add(item);
        }
      }
      return result;
    }
  }

  @Override
  public String toString() {
    return "SchemaCompiler" + Arrays.asList(nodes.size());
  }
}
