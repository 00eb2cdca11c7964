package io.smolvlm.language;

import java.util.Arrays;

/// Drafts the next tokens of an answer: those that followed the last time its last [#GRAM] tokens
/// stood in prompt or answer. Answers that quote, correct or extract what they were given, and
/// those with a form that comes again, are drafted right for many tokens at a time; the network
/// then checks a draft in one pass (A. Saxena, "Prompt Lookup Decoding", 2023).
///
/// A draft that is wrong costs the rows that were computed for it. So after one of which less than
/// half was right, none is made for [#PAUSE] tokens, for twice as many after the next, and so on;
/// one that was right throughout makes the next twice as long.
///
/// One per answer; not safe for use by several threads. A table lookup a token.
public final class PromptLookup {
  /// Tokens that must have come before in the same order.
  static final int GRAM = 3;

  /// Tokens of a first draft: four rows take less than two by themselves.
  public static final int FIRST = 3;

  static final int PAUSE = 4;
  private static final int LONGEST_PAUSE = 64;

  private final int[] ids;
  private int size;

  /// For each hash of tokens the index behind their last place.
  private final int[] behind;

  /// Index of the token that followed the last time, or -1.
  private int next = -1;

  private int length = FIRST;
  private int pause = PAUSE;
  private int paused;

  /// @param most tokens that prompt and answer can have together
  public PromptLookup(int[] prompt, int most) {
    this.ids = new int[Math.max(most, prompt.length)];
    this.behind = new int[Integer.highestOneBit(Math.max(ids.length, 16)) * 2];
    for (int id : prompt) {
      push(id);
    }
  }

  /// Takes the next token of the answer. Beyond the most it was made for it is forgotten.
  public void add(int id) {
    if (size < ids.length) {
      push(id);
    }
    paused = Math.max(0, paused - 1);
  }

  private void push(int id) {
    boolean goesOn = next >= 0 && ids[next] == id;
    ids[size++] = id;
    if (size < GRAM) {
      return;
    }
    int slot = slot(size);
    if (goesOn) {
      next++;
    } else {
      int last = behind[slot];
      boolean same = last > 0 && Arrays.equals(ids, last - GRAM, last, ids, size - GRAM, size);
      next = same ? last : -1;
    }
    behind[slot] = size;
  }

  private int slot(int end) {
    int hash = 0;
    for (int i = end - GRAM; i < end; i++) {
      hash = (hash + ids[i]) * 0x9E3779B1;
    }
    return hash >>> 7 & behind.length - 1;
  }

  /// What may come next.
  ///
  /// @param most tokens
  /// @return none where nothing like it came before, or where drafts have been wrong lately
  public int[] draft(int most) {
    int n = next < 0 || paused > 0 ? 0 : Math.min(length, most);
    int[] draft = new int[Math.max(0, n)];
    for (int i = 0; i < draft.length; i++) {
      // Behind the last token a circle goes on with itself.
      draft[i] = next + i < size ? ids[next + i] : draft[next + i - size];
    }
    return draft;
  }

  /// Learns how much of a draft came true.
  ///
  /// @param drafted tokens, above 0
  public void came(int drafted, int right) {
    if (2 * right >= drafted) {
      pause = PAUSE;
      length = right == drafted ? 2 * drafted + 1 : Math.max(FIRST, right);
    } else {
      length = FIRST;
      paused = pause;
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
  }
}
