package io.smolvlm.language.grammar;

import org.jspecify.annotations.Nullable;

/// Where a text stands: the innermost value being written, and through its parents all around it.
/// Immutable, so that a walk over the vocabulary shares what tokens have in common.
abstract sealed class Frame
    permits EndFrame,
        LiteralFrame,
        MembersFrame,
        ItemsFrame,
        NameFrame,
        NumberFrame,
        TextFrame,
        ValueFrame {
  /// What goes on once a value is complete.
  interface Parent {
    /// Tokens from behind the value to the end, the end token counted.
    int rest();

    /// The frame behind the value.
    ///
    /// @param literal which one of a literal node's, -1 if it was none
    /// @param text the bytes of a distinct string, null for other values
    Frame resume(int literal, @Nullable String text);
  }

  /// Adds all frames that may follow after a byte: none if it cannot come.
  abstract void step(int b, Configs out);

  /// Tokens that surely complete the text, its end token counted.
  abstract int cost();

  /// Whether the text is complete here.
  boolean complete() {
    return false;
  }

  /// Inside a string: adds the plain tokens that may come (see [TokenVocabulary#addPlain]).
  ///
  /// @param budget tokens that may be left to go after the next one
  /// @param bits of the tokens, by id
  /// @return whether these are all plain ones, so that only the others need a walk
  boolean permitPlain(TokenVocabulary vocabulary, int budget, long[] bits) {
    return false;
  }

  /// Starts a value with its first byte.
  ///
  /// @param levels brackets that may be opened
  /// @param used literals that are ruled out, by their bits
  static void enter(
      JsonGrammar grammar, Node node, Parent parent, int levels, int b, long used, Configs out) {
    Costs costs = grammar.costs();
    if (costs.value(node, levels) >= Costs.INFINITE) {
      return;
    }
    switch (node) {
      case Node.Choice choice -> {
        for (Node option : choice.options()) {
          enter(grammar, option, parent, levels, b, used, out);
        }
      }
      case Node.Literal literal -> LiteralFrame.advance(grammar, literal, 0, used, parent, b, out);
      case Node.Numeric number -> NumberFrame.advance(number.automaton(), 0, parent, b, out);
      case Node.Text text -> {
        if (b == '"') {
          out.add(TextFrame.start(text.rule(), grammar.patternTokens(text.rule()), parent));
        }
      }
      case Node.Members members -> {
        if (b == '{') {
          out.add(MembersFrame.start(grammar, members, parent, levels - 1));
        }
      }
      case Node.Items items -> {
        if (b == '[') {
          out.add(ItemsFrame.start(grammar, items, parent, levels - 1));
        }
      }
    }
  }

  /// Bounded white space: one blank, or one line end and blanks up to 32.
  ///
  /// @param state 0 before any
  /// @return the state after a byte, -1 if it may not come
  static int space(int state, int b, boolean lines) {
    if (b == ' ') {
      return state == 0 ? 1 : state >= 2 && state < 34 ? state + 1 : -1;
    }
    return b == '\n' && state == 0 && lines ? 2 : -1;
  }
}
