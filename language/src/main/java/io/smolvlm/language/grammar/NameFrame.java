package io.smolvlm.language.grammar;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Inside a string that must be one of several or differ from several: a property's name, or an
/// item of an array without duplicates.
///
/// What is not one of the known names is written in plain characters only, so that its bytes tell
/// whether it is taken. A name that is taken can always grow by a character, beyond the longest
/// length too; no two names are so long that this would not end.
final class NameFrame extends Frame {
  /// Characters of a name, unless it is taken.
  private static final int MAX_LENGTH = 64;

  /// Whose name it is.
  interface Owner {
    /// The names known, each with its closing quote.
    @Nullable LiteralTrie known();

    /// Whether a known name through this node of the tree may come.
    boolean mayBe(int at);

    /// Whether a name that is not known may come.
    boolean open();

    boolean taken(String text);

    /// The frame behind the name.
    Frame named(int literal, @Nullable String text);

    /// Tokens from a node of the tree of known names to the end of the text.
    int knownCost(int at);

    /// Tokens from inside a name that is not known to the end of the text.
    ///
    /// @param taken whether the name cannot end as it is
    int openCost(boolean taken);
  }

  private final Owner owner;
  private final int at;

  /// Bytes as Latin-1, null once the name can only be a known one.
  private final @Nullable String text;

  private final int characters;

  /// Bytes missing to the last character, and its bits so far.
  private final int missing;

  private final int bits;

  NameFrame(Owner owner) {
    this(owner, owner.known() == null ? -1 : 0, owner.open() ? "" : null, 0, 0, 0);
  }

  private NameFrame(
      Owner owner, int at, @Nullable String text, int characters, int missing, int bits) {
    this.owner = owner;
    this.at = at;
    this.text = text;
    this.characters = characters;
    this.missing = missing;
    this.bits = bits;
  }

  @Override
  void step(int b, Configs out) {
    LiteralTrie known = owner.known();
    int to = known == null || at < 0 ? -1 : known.after(at, b);
    if (to >= 0 && known != null && !owner.mayBe(to)) {
      to = -1;
    }
    if (b == '"' && missing == 0) {
      if (to >= 0 && known != null) {
        int literal = known.literalAt(to);
        if (literal >= 0) {
          out.add(owner.named(literal, null));
          return;
        }
      }
      if (text != null && !owner.taken(text)) {
        out.add(owner.named(-1, text));
      }
      if (to < 0) {
        return;
      }
    }
    NameFrame grown = grow(b, to);
    if (grown != null) {
      out.add(grown);
    } else if (to >= 0) {
      out.add(new NameFrame(owner, to, null, 0, 0, 0));
    }
  }

  private @Nullable NameFrame grow(int b, int to) {
    String now = text;
    if (now == null) {
      return null;
    }
    String longer = now + (char) b;
    if (missing > 0) {
      int after = bits << 6 | (b & 0x3F);
      return (b & 0xC0) == 0x80 && Utf8.goesOn(after, missing - 1)
          ? new NameFrame(owner, to, longer, characters, missing - 1, after)
          : null;
    }
    int following = Utf8.following(b);
    if (following < 0
        || (following == 0 && !CodePoints.plain(b))
        || (characters >= MAX_LENGTH && !owner.taken(now))) {
      return null;
    }
    int first = Utf8.firstBits(b, following);
    return new NameFrame(owner, to, longer, characters + 1, following, first);
  }

  @Override
  int cost() {
    int known = at < 0 ? Costs.INFINITE : owner.knownCost(at);
    if (text == null) {
      return known;
    }
    // An incomplete character is completed first, and the name may be taken then.
    int open =
        missing == 0
            ? owner.openCost(owner.taken(text))
            : Costs.sum(missing + 1, owner.openCost(false));
    return Math.min(known, open);
  }

  @Override
  boolean permitPlain(TokenVocabulary vocabulary, int budget, long[] bits) {
    int room = MAX_LENGTH - characters;
    if (text == null || missing > 0 || room <= 0 || owner.openCost(true) > budget) {
      return false;
    }
    vocabulary.addPlain(room, bits);
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NameFrame f
        && f.at == at
        && Objects.equals(f.text, text)
        && f.owner.equals(owner);
  }

  @Override
  public int hashCode() {
    return at * 31 + Objects.hashCode(text);
  }
}
