package io.smolvlm.models.engine;

/// Sees when an answer has begun to go round in a circle, as small models do when they have lost
/// the thread: the last tokens are one and the same run of at most [#MAX_PERIOD] tokens, [#REPEATS]
/// times or more, over at least [#SPAN] tokens.
///
/// Conservative on purpose: lists, tables, dotted lines and refrains repeat less than that, or with
/// changes in between, and one changed token begins the count anew.
///
/// One per answer; 64 comparisons a token.
final class RepetitionRule {
  static final int MAX_PERIOD = 64;
  static final int REPEATS = 6;
  static final int SPAN = 128;

  private final int[] last = new int[MAX_PERIOD];
  private final int[] run = new int[MAX_PERIOD + 1];
  private int size;

  /// Takes the next token.
  ///
  /// @return whether the answer goes in a circle
  boolean push(int id) {
    boolean circle = false;
    for (int period = 1; period <= Math.min(MAX_PERIOD, size); period++) {
      boolean same = last[(size - period) % MAX_PERIOD] == id;
      run[period] = same ? run[period] + 1 : 0;
      circle |= run[period] + period >= Math.max(SPAN, REPEATS * period);
    }
    last[size % MAX_PERIOD] = id;
    size++;
    return circle;
  }
}
