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
  private final int[] single;

  private TokenVocabulary(byte[][] tokens, int[] endTokens) {
    this.tokens = tokens;
    this.endTokens = endTokens;
    this.single = singles(tokens);
    this.trie = TokenTrie.of(tokens, token -> true);
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
    }
    return of(tokens, endTokens);
  }

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
}
