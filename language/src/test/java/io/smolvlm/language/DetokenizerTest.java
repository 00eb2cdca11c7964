package io.smolvlm.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DetokenizerTest {
  private static Tokenizer tokenizer;

  @BeforeAll
  static void read() throws IOException {
    tokenizer = TokenizerFixtures.tokenizer("smolvlm_49280");
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void halfACharacterIsHeldBack() {
    int[] ids = tokenizer.encode("😀");
    assertEquals(3, ids.length);
    var detokenizer = new Detokenizer(tokenizer);
    assertEquals("", detokenizer.push(ids[0]));
    assertEquals("", detokenizer.push(ids[1]));
    assertEquals("😀", detokenizer.push(ids[2]));
    assertEquals("", detokenizer.finish());
  }

  @Test
  void aCutCharacterEndsAsReplacement() {
    int[] ids = tokenizer.encode("a😀");
    var detokenizer = new Detokenizer(tokenizer);
    assertEquals("a", detokenizer.push(ids[0]));
    assertEquals("", detokenizer.push(ids[1]));
    assertEquals("\uFFFD", detokenizer.finish());
    assertEquals("", detokenizer.finish());
  }

  @Test
  void controlTokensAreLeftOutWhenAsked() {
    int[] ids = tokenizer.encode("a<end_of_utterance>b");
    assertEquals("a<end_of_utterance>b", tokenizer.decode(ids));
    var detokenizer = new Detokenizer(tokenizer, true);
    var text = new StringBuilder();
    for (int id : ids) {
      text.append(detokenizer.push(id));
    }
    assertEquals("ab", text.toString());
  }

  @Test
  void idsOutsideTheVocabularyAddNothing() {
    assertEquals("", tokenizer.decode(new int[] {-1, tokenizer.vocabularySize(), 1 << 30}));
    assertFalse(tokenizer.isSpecial(-1));
  }

  @Test
  void anyIdsGiveTheSameTextWholeAndInPieces() {
    var random = new Random(5);
    for (int round = 0; round < 200; round++) {
      int[] ids = random.ints(30, 0, tokenizer.vocabularySize()).toArray();
      var detokenizer = new Detokenizer(tokenizer);
      var text = new StringBuilder();
      for (int id : ids) {
        String piece = detokenizer.push(id);
        assertFalse(piece.endsWith("\uFFFD"));
        text.append(piece);
      }
      assertEquals(tokenizer.decode(ids), text.append(detokenizer.finish()).toString());
    }
  }

  @Test
  void textsComeBackFromTheirIds() {
    var random = new Random(6);
    for (int round = 0; round < 100; round++) {
      var text = new StringBuilder();
      random
          .ints(40, 0, 0x11000)
          .map(c -> c >= 0xD800 && c < 0xE000 ? ' ' : c)
          .forEach(text::appendCodePoint);
      int[] ids = tokenizer.encodePlain(text.toString());
      assertEquals(text.toString(), tokenizer.decode(ids));
    }
  }
}
