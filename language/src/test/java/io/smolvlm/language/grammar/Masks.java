package io.smolvlm.language.grammar;

import io.smolvlm.language.TokenMask;
import java.util.Set;

/// A vocabulary of single bytes, the end token 256, and a look at masks.
final class Masks {
  static final TokenVocabulary BYTES = bytes();

  private Masks() {}

  private static TokenVocabulary bytes() {
    byte[][] tokens = new byte[257][];
    for (int b = 0; b < 256; b++) {
      tokens[b] = new byte[] {(byte) b};
    }
    tokens[256] = new byte[0];
    return TokenVocabulary.of(tokens, Set.of(256));
  }

  static boolean permits(TokenMask mask, int id) {
    float[] scores = new float[257];
    mask.apply(scores);
    return scores[id] == 0;
  }
}
