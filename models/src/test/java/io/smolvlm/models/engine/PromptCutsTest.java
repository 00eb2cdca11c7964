package io.smolvlm.models.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.smolvlm.language.GenerationConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromptCutsTest {
  private static final int END = 2;
  private static final GenerationConfig GENERATION =
      new GenerationConfig(Set.of(END), Set.of(), -1, Set.of());

  private static PreparedRequest text(int... ids) {
    return new PreparedRequest(AnswerParameters.DEFAULT, Prompt.of("", ids), List.of(), 1, 0);
  }

  /// So many tokens, of which some end a message.
  private static int[] ids(int count, int... ends) {
    int[] ids = new int[count];
    Arrays.fill(ids, 7);
    for (int end : ends) {
      ids[end - 1] = END;
    }
    return ids;
  }

  private static List<Integer> positions(int chunk, int... ids) {
    return PromptCuts.of(text(ids), GENERATION, chunk, "").stream()
        .map(PromptCuts.Cut::position)
        .toList();
  }

  @Test
  void chunksEndWhenFullAndBehindMessages() {
    assertEquals(List.of(), positions(256, ids(255)));
    assertEquals(List.of(256, 512), positions(256, ids(600)));
    assertEquals(List.of(128, 384), positions(256, ids(600, 30, 128)));
    assertEquals(List.of(16, 32), positions(16, ids(40, 10)));
    assertEquals(List.of(256), positions(256, ids(300, 127, 300)));
  }

  private static List<String> keys(String client, int... ids) {
    return PromptCuts.of(text(ids), GENERATION, 16, client).stream()
        .map(PromptCuts.Cut::key)
        .toList();
  }

  @Test
  void aKeyNamesAllThatStandsBeforeItAndNothingBehind() {
    int[] ids = ids(40);
    List<String> keys = keys("a", ids);
    int[] longer = Arrays.copyOf(ids, 60);
    assertEquals(keys, keys("a", longer).subList(0, 2));
    ids[20] = 8;
    List<String> later = keys("a", ids);
    assertEquals(keys.getFirst(), later.getFirst());
    assertNotEquals(keys.getLast(), later.getLast());
    ids[20] = 7;
    ids[3] = 8;
    List<String> all = new ArrayList<>(keys);
    all.retainAll(keys("a", ids));
    assertEquals(List.of(), all);
    all.addAll(keys);
    all.retainAll(keys("b", ids(40)));
    assertEquals(List.of(), all);
  }

  /// Other cuts are other passes, with another rounding.
  @Test
  void aKeyNamesTheCutsBeforeIt() {
    String one = PromptCuts.of(text(ids(64)), GENERATION, 32, "").getLast().key();
    String two = PromptCuts.of(text(ids(64)), GENERATION, 64, "").getLast().key();
    assertNotEquals(one, two);
  }
}
