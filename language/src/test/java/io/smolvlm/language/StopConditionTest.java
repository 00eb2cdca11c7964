package io.smolvlm.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.StopCondition.Reason;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StopConditionTest {
  private static Tokenizer tokenizer;

  @BeforeAll
  static void read() throws IOException {
    tokenizer = TokenizerFixtures.tokenizer("smolvlm_49280");
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static StopCondition condition(List<String> stop, int maxTokens) {
    int end = tokenizer.addedId("<end_of_utterance>").orElseThrow();
    return new StopCondition(new Detokenizer(tokenizer, true), Set.of(end, 0), stop, maxTokens);
  }

  /// Feeds ids until the answer ends.
  private static String run(StopCondition condition, int[] ids) {
    var shown = new StringBuilder();
    for (int id : ids) {
      if (condition.ended()) {
        break;
      }
      shown.append(condition.push(id));
    }
    return shown.append(condition.finish()).toString();
  }

  @Test
  void endTokenEndsAndIsNotShown() {
    var condition = condition(List.of(), 100);
    assertEquals("yes", run(condition, tokenizer.encode("yes<end_of_utterance>no")));
    assertEquals(Reason.END_TOKEN, condition.reason());
    assertEquals(2, condition.tokens());
    assertThrows(IllegalStateException.class, () -> condition.push(5));
  }

  @Test
  void maxTokensEndsAndShowsTheLastToken() {
    var condition = condition(List.of(), 3);
    assertEquals("one two three", run(condition, tokenizer.encode("one two three four five")));
    assertEquals(Reason.MAX_TOKENS, condition.reason());
  }

  @Test
  void stopTextSplitOverTokensIsNeverShown() {
    var condition = condition(List.of("\nUser:"), 100);
    int[] ids = tokenizer.encode("Fine.\nUser: again");
    var shown = new StringBuilder();
    for (int id : ids) {
      if (!condition.ended()) {
        shown.append(condition.push(id));
        assertFalse(shown.toString().contains("\n"));
      }
    }
    assertEquals("Fine.", shown.toString());
    assertEquals(Reason.STOP_TEXT, condition.reason());
  }

  @Test
  void textThatOnlyBeginsLikeAStopTextIsShownInTheEnd() {
    var condition = condition(List.of("\nUser:"), 100);
    assertEquals("Fine.\nUse it", run(condition, tokenizer.encode("Fine.\nUse it")));
    var cut = condition(List.of("\nUser:"), 100);
    assertEquals("Fine.\nUser", run(cut, tokenizer.encode("Fine.\nUser<end_of_utterance>")));
    assertEquals(Reason.END_TOKEN, cut.reason());
  }

  @Test
  void theStopTextThatIsCompleteFirstCounts() {
    // However the text is cut into tokens, "c" is complete before "bcd".
    var single = condition(List.of("bcd", "c"), 100);
    assertEquals("ab", run(single, tokenizer.encode("abcd")));
    var random = new Random(3);
    for (int round = 0; round < 300; round++) {
      var text = new StringBuilder();
      random.ints(12, 0, 3).forEach(c -> text.append((char) ('a' + c)));
      List<String> stops = List.of("abc", "bb", "ca", "aaa");
      int[] letters =
          text.chars()
              .flatMap(c -> java.util.Arrays.stream(tokenizer.encode(String.valueOf((char) c))))
              .toArray();
      assertEquals(
          run(condition(stops, 100), letters),
          run(condition(stops, 100), tokenizer.encode(text.toString())),
          text.toString());
    }
  }

  @Test
  void stopTextInTheLastTokenAllowedStillCounts() {
    int[] ids = tokenizer.encode("one two");
    var condition = condition(List.of(" two"), ids.length);
    assertEquals("one", run(condition, ids));
    assertEquals(Reason.STOP_TEXT, condition.reason());
  }

  @Test
  void cutCharacterIsShownAsReplacementAtTheEnd() {
    int[] emoji = tokenizer.encode("😀");
    var condition = condition(List.of(), emoji.length - 1);
    assertEquals("\uFFFD", run(condition, emoji));
  }

  @Test
  void emptyStopTextIsRefused() {
    var error = assertThrows(SmolVlmException.class, () -> condition(List.of("x", ""), 5));
    assertEquals(ErrorCode.INVALID_VALUE, error.code());
    assertTrue(error.getMessage().contains("stop"));
  }
}
