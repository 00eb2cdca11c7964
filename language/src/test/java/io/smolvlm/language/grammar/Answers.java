package io.smolvlm.language.grammar;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.TokenMask;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// Writes answers under a grammar with scores of every mood.
final class Answers {
  private Answers() {}

  /// How scores are drawn.
  enum Mood {
    /// All alike.
    ANY,

    /// Brackets are opened and never closed, strings never end, the end token comes last.
    ENDLESS,

    /// Every text ends as soon as it can.
    BRIEF,

    /// The same scores at every place, as a stuck model has them.
    STUCK
  }

  /// An answer, complete within `maxTokens`; fails the test if the mask lets it not be.
  static String write(
      AnswerGrammar grammar, TokenVocabulary vocabulary, int maxTokens, Mood mood, Random random) {
    TokenMask mask = grammar.start(maxTokens);
    var text = new ByteArrayOutputStream();
    float[] stuck = new float[vocabulary.size()];
    for (int i = 0; i < stuck.length; i++) {
      stuck[i] = random.nextFloat();
    }
    for (int used = 1; used <= maxTokens; used++) {
      float[] scores = scores(mood, vocabulary, random, stuck);
      mask.apply(scores);
      int best = -1;
      for (int i = 0; i < scores.length; i++) {
        if (scores[i] > Float.NEGATIVE_INFINITY && (best < 0 || scores[i] > scores[best])) {
          best = i;
        }
      }
      assertTrue(best >= 0, () -> "nothing may come behind " + text);
      mask.accept(best);
      if (vocabulary.isEnd(best)) {
        return decode(text.toByteArray());
      }
      text.writeBytes(vocabulary.bytes(best));
    }
    throw new AssertionError("no end within " + maxTokens + " tokens: " + text);
  }

  private static float[] scores(
      Mood mood, TokenVocabulary vocabulary, Random random, float[] stuck) {
    float[] scores = stuck.clone();
    for (int id = 0; id < scores.length && mood != Mood.STUCK; id++) {
      scores[id] = random.nextFloat();
      String token = new String(vocabulary.bytes(id), StandardCharsets.ISO_8859_1);
      boolean closes =
          vocabulary.isEnd(id)
              || token.contains("\"")
              || token.contains("]")
              || token.contains("}");
      if (mood == Mood.ENDLESS && closes || mood == Mood.BRIEF && !closes) {
        scores[id] -= vocabulary.isEnd(id) ? 3 : 2;
      }
      if (mood == Mood.ENDLESS && (token.contains("[") || token.contains("{"))) {
        scores[id] += 1;
      }
    }
    return scores;
  }

  private static String decode(byte[] utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new AssertionError("not UTF-8: " + new String(utf8, StandardCharsets.ISO_8859_1), e);
    }
  }
}
