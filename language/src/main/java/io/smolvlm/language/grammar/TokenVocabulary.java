package io.smolvlm.language.grammar;

import io.smolvlm.language.Tokenizer;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.Set;

/// The bytes of all tokens that an answer may hold, arranged for masks. Built once a model and
/// shared: immutable, safe for use by several threads.
///
/// Control tokens, ids without a token and ids outside the logits stand for nothing and are never
/// permitted; end tokens are permitted at the end only.
public final class TokenVocabulary {
  private final byte[][] tokens;
  private final int[] endTokens;
  private final TokenTrie trie;
  private final TokenTrie special;
  private final TokenTrie plainTrie;
  private final int[] single;

  /// By number of code points: the tokens that are at most so many plain ones.
  private final long[][] plain;

  private TokenVocabulary(byte[][] tokens, int[] endTokens) {
    this.tokens = tokens;
    this.endTokens = endTokens;
    this.single = singles(tokens);
    this.trie = TokenTrie.of(tokens, id -> true);
    int[] lengths = new int[tokens.length];
    int longest = 0;
    for (int id = 0; id < tokens.length; id++) {
      lengths[id] = plainCharacters(tokens[id]);
      longest = Math.max(longest, lengths[id]);
    }
    this.plainTrie = TokenTrie.of(tokens, id -> lengths[id] > 0);
    this.special = TokenTrie.of(tokens, id -> lengths[id] == 0);
    this.plain = new long[longest + 1][(tokens.length + 63) / 64];
    for (int id = 0; id < tokens.length; id++) {
      if (lengths[id] > 0) {
        for (int n = lengths[id]; n <= longest; n++) {
          plain[n][id >> 6] |= 1L << id;
        }
      }
    }
  }

  /// How many code points a token is that stand for themselves in a string; 0 for other tokens.
  private static int plainCharacters(byte[] token) {
    int count = 0;
    int i = 0;
    while (i < token.length) {
      int following = Utf8.following(token[i] & 0xFF);
      if (following < 0 || i + following >= token.length) {
        return 0;
      }
      int bits = Utf8.firstBits(token[i] & 0xFF, following);
      for (int missing = following - 1; missing >= 0; missing--) {
        int b = token[++i] & 0xFF;
        bits = bits << 6 | (b & 0x3F);
        if ((b & 0xC0) != 0x80 || !Utf8.goesOn(bits, missing)) {
          return 0;
        }
      }
      if (!CodePoints.plain(bits)) {
        return 0;
      }
      i++;
      count++;
    }
    return count;
  }

  /// The vocabulary of a tokenizer.
  ///
  /// @param logits how many scores the model gives; ids beyond are left out
  /// @param endTokens ids that end an answer, as `GenerationConfig.ends` has them
  /// @throws SmolVlmException with [ErrorCode#UNSUPPORTED] if the vocabulary cannot spell JSON byte
  ///   by byte, or if there is no end token
  public static TokenVocabulary of(Tokenizer tokenizer, int logits, Set<Integer> endTokens) {
    byte[][] tokens = new byte[logits][];
    for (int id = 0; id < logits; id++) {
      tokens[id] =
          tokenizer.isSpecial(id) || endTokens.contains(id) ? NOTHING : tokenizer.bytesOf(id);
      if (tokens[id].length > MAX_TOKEN_BYTES) {
        tokens[id] = NOTHING;
      }
    }
    return of(tokens, endTokens);
  }

  /// Longer tokens are left out: runs of blanks and rulers.
  static final int MAX_TOKEN_BYTES = 128;

  /// @param tokens the bytes of each id; none for an id that is never part of a text
  static TokenVocabulary of(byte[][] tokens, Set<Integer> endTokens) {
    int[] ends =
        endTokens.stream()
            .mapToInt(Integer::intValue)
            .filter(id -> id >= 0 && id < tokens.length)
            .sorted()
            .toArray();
    if (ends.length == 0) {
      throw new SmolVlmException(
          ErrorCode.UNSUPPORTED, "constrained output: the model has no end token");
    }
    var vocabulary = new TokenVocabulary(tokens, ends);
    for (int b = 0; b < 256; b++) {
      if (Utf8.needed(b) && vocabulary.single[b] < 0) {
        throw new SmolVlmException(
            ErrorCode.UNSUPPORTED,
            "constrained output: the vocabulary has no token for byte 0x" + Integer.toHexString(b));
      }
    }
    return vocabulary;
  }

  private static final byte[] NOTHING = {};

  private static int[] singles(byte[][] tokens) {
    int[] single = new int[256];
    java.util.Arrays.fill(single, -1);
    for (int id = tokens.length - 1; id >= 0; id--) {
      if (tokens[id].length == 1) {
        single[tokens[id][0] & 0xFF] = id;
      }
    }
    return single;
  }

  /// How many scores a mask expects.
  public int size() {
    return tokens.length;
  }

  /// The bytes of a token, not to be changed.
  byte[] bytes(int id) {
    return tokens[id];
  }

  int[] endTokens() {
    return endTokens;
  }

  boolean isEnd(int id) {
    return java.util.Arrays.binarySearch(endTokens, id) >= 0;
  }

  /// All tokens.
  TokenTrie trie() {
    return trie;
  }

  /// The tokens that are not plain.
  TokenTrie special() {
    return special;
  }

  /// The plain tokens: all their characters stand for themselves in a string.
  TokenTrie plainTrie() {
    return plainTrie;
  }

  /// Adds the plain tokens of at most so many characters.
  ///
  /// @param bits by id
  void addPlain(int characters, long[] bits) {
    long[] more = plain[Math.min(characters, plain.length - 1)];
    for (int i = 0; i < more.length; i++) {
      bits[i] |= more[i];
    }
  }

  /// By place in a text, the fewest tokens that spell it from there to its end.
  int[] suffixes(byte[] text) {
    int[] counts = new int[text.length + 1];
    for (int i = text.length - 1; i >= 0; i--) {
      int best = Costs.INFINITE;
      int node = -1;
      for (int end = i; end < text.length; end++) {
        node = trie.child(node, text[end]);
        if (node < 0) {
          break;
        }
        if (trie.first[node] < trie.first[node + 1]) {
          best = Math.min(best, 1 + counts[end + 1]);
        }
      }
      counts[i] = best;
    }
    return counts;
  }
}
