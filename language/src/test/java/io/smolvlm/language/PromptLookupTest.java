package io.smolvlm.language;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PromptLookupTest {
  private static final int[] NONE = {};

  private static PromptLookup after(int... ids) {
    return new PromptLookup(ids, 1000);
  }

  @Test
  void whatFollowedTheSameThreeTokensIsDrafted() {
    assertArrayEquals(new int[] {4, 5, 6}, after(1, 2, 3, 4, 5, 6, 7, 9, 1, 2, 3).draft(7));
    assertArrayEquals(new int[] {4, 5}, after(1, 2, 3, 4, 5, 6, 7, 9, 1, 2, 3).draft(2));
    assertArrayEquals(NONE, after(1, 2, 3, 4, 5, 6, 7, 9, 1, 2, 3).draft(0));
    assertArrayEquals(NONE, after(1, 2, 3, 4, 5, 6, 7, 9, 2, 3).draft(-1));
    assertArrayEquals(NONE, after(1, 2, 3, 4, 5, 6, 7, 9, 8, 2, 3).draft(7), "two are not enough");
    assertArrayEquals(NONE, after(1, 2).draft(7));
  }

  @Test
  void theLastPlaceCountsUnlessAnEarlierOneGoesOnBeingRight() {
    assertArrayEquals(new int[] {5, 8, 1}, after(1, 2, 3, 4, 1, 2, 3, 5, 8, 1, 2, 3).draft(3));
    PromptLookup lookup = after(1, 2, 3, 4, 6, 7, 2, 3, 4, 8, 0, 1, 2, 3);
    lookup.add(4);
    assertArrayEquals(new int[] {6, 7, 2}, lookup.draft(3), "1 2 3 4 is longer than 2 3 4");
    lookup.add(8);
    assertArrayEquals(new int[] {0, 1, 2}, lookup.draft(3), "6 did not come");
  }

  @Test
  void aCircleGoesOnWithItself() {
    assertArrayEquals(new int[] {6, 5, 6}, after(5, 6, 5, 6, 5).draft(3));
    assertArrayEquals(new int[] {5, 5, 5}, after(5, 5, 5, 5).draft(3));
  }

  @Test
  void lengthFollowsSuccess() {
    PromptLookup lookup = after(5, 5, 5, 5);
    assertEquals(3, lookup.draft(30).length);
    lookup.came(3, 3);
    assertEquals(7, lookup.draft(30).length);
    lookup.came(7, 7);
    assertEquals(15, lookup.draft(30).length);
    lookup.came(15, 8);
    assertEquals(8, lookup.draft(30).length);
    lookup.came(3, 2);
    assertEquals(3, lookup.draft(30).length);
  }

  @Test
  void wrongDraftsAreFollowedByLongerAndLongerPauses() {
    PromptLookup lookup = after(5, 5, 5, 5);
    for (int pause : new int[] {4, 8, 16, 32, 64, 64}) {
      assertEquals(3, lookup.draft(7).length);
      lookup.came(3, 1);
      for (int i = 0; i < pause; i++) {
        assertEquals(0, lookup.draft(7).length, "after " + i + " tokens of " + pause);
        lookup.add(5);
      }
    }
    lookup.came(3, 2);
    lookup.came(3, 0);
    for (int i = 0; i < 4; i++) {
      lookup.add(5);
    }
    assertEquals(3, lookup.draft(7).length, "success makes pauses short again");
  }

  @Test
  void moreTokensThanItWasMadeForAreForgotten() {
    var lookup = new PromptLookup(new int[] {1, 2, 3, 4}, 6);
    for (int id : new int[] {1, 2, 3, 4, 1, 2, 3}) {
      lookup.add(id);
    }
    assertArrayEquals(NONE, lookup.draft(3));
  }

  /// Against a search from the end, in long sequences of few different tokens.
  @Test
  void everyDraftIsWhatFollowedSomewhere() {
    var random = new SplittableRandom(20261127);
    int[] ids = random.ints(3000, 0, 12).toArray();
    var lookup = new PromptLookup(new int[0], ids.length);
    int found = 0;
    for (int n = 0; n < ids.length; n++) {
      lookup.add(ids[n]);
      int[] draft = lookup.draft(2);
      found += draft.length > 0 ? 1 : 0;
      boolean stands = draft.length == 0;
      for (int i = 0; i + 3 <= n && !stands; i++) {
        stands =
            ids[i] == ids[n - 2]
                && ids[i + 1] == ids[n - 1]
                && ids[i + 2] == ids[n]
                && ids[i + 3] == draft[0];
      }
      assertTrue(stands || n < 5, "after " + n);
    }
    assertTrue(found > 1000, found + " drafts");
  }
}
