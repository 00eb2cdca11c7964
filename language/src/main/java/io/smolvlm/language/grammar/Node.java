package io.smolvlm.language.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A compiled schema: what a value may be. Nodes form a graph; only objects and arrays lead back to
/// nodes above them, so that every way round opens a bracket.
///
/// Numbered by the compiler, not changed after it.
sealed interface Node {
  int id();

  /// Fixed texts: enumerations, constants, `true`, `false`, `null`.
  ///
  /// @param values what the texts mean, in their order
  record Literal(int id, LiteralTrie trie, List<Object> values) implements Node {}

  record Numeric(int id, NumberRule rule, NumberAutomaton automaton) implements Node {}

  record Text(int id, TextRule rule) implements Node {}

  /// One of several; none of them a choice itself. Nothing fits a choice of none.
  record Choice(int id, List<Node> options) implements Node {}

  /// An object. Properties come in the order of the schema, additional ones after them.
  final class Members implements Node {
    private final int id;
    final String path;
    final List<String> names;
    final boolean[] required;

    /// What follows the opening quote of each property's key.
    final LiteralTrie keys;

    /// Names that additional properties may not have, as Latin-1 strings of their UTF-8.
    final Set<String> taken = new HashSet<>();

    /// The first required property from each place on; the number of properties if none is.
    final int[] firstRequired;

    /// Filled in by the compiler.
    final Node[] values;

    @Nullable Node additional;

    Members(int id, String path, List<String> names, boolean[] required) {
      this.id = id;
      this.path = path;
      this.names = List.copyOf(names);
      this.required = required;
      this.values = new Node[names.size()];
      List<String> texts = new ArrayList<>();
      for (String name : names) {
        texts.add(JsonTree.write(name).substring(1));
        taken.add(latin(name));
      }
      keys = LiteralTrie.of(texts);
      firstRequired = new int[names.size() + 1];
      firstRequired[names.size()] = names.size();
      for (int i = names.size() - 1; i >= 0; i--) {
        firstRequired[i] = required[i] ? i : firstRequired[i + 1];
      }
    }

    static String latin(String text) {
      return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @Override
    public int id() {
      return id;
    }

    int size() {
      return values.length;
    }

    /// The last property that may come next after `from` have been passed.
    int lastNext(int from) {
      return Math.min(firstRequired[from], size() - 1);
    }

    /// Whether an additional property may come next.
    boolean open(int from) {
      return additional != null && firstRequired[from] == size();
    }
  }

  /// An array.
  final class Items implements Node {
    private final int id;
    final String path;
    final int min;

    /// -1 for none.
    int max;

    /// Whether items must differ. They are texts without length or pattern, or literals.
    final boolean unique;

    final Node[] prefix;

    /// Items behind the prefix.
    @Nullable Node rest;

    Items(int id, String path, int prefix, int min, int max, boolean unique) {
      this.id = id;
      this.path = path;
      this.prefix = new Node[prefix];
      this.min = min;
      this.max = max;
      this.unique = unique;
    }

    @Override
    public int id() {
      return id;
    }

    /// Items that must differ: only as many as there can be, of kinds that are told apart.
    void limitDifferent() {
      int most = MAX_DIFFERENT;
      if (rest instanceof Literal literal && literal.values().size() <= MAX_DIFFERENT) {
        most = literal.values().size();
      } else if (!(rest instanceof Text text && text.rule().equals(TextRule.ANY))) {
        throw Work.refused(
            "uniqueItems",
            path,
            "is supported for strings without length and pattern and for up to "
                + MAX_DIFFERENT
                + " fixed values");
      }
      if (min > most) {
        rest = null;
      }
      max = max < 0 ? most : Math.min(max, most);
    }

    private static final int MAX_DIFFERENT = 64;

    /// What item `index` may be, null if there can be none.
    @Nullable Node item(int index) {
      if (max >= 0 && index >= max) {
        return null;
      }
      return index < prefix.length ? prefix[index] : rest;
    }
  }
}
