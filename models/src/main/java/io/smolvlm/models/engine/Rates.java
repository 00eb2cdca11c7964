package io.smolvlm.models.engine;

import org.jspecify.annotations.Nullable;

/// How long this machine takes for what this model does, from what it took lately: estimates for
/// admission and deadlines. What has not been measured counts as nothing, so that an engine refuses
/// nothing on a guess.
///
/// The first measurement of each kind is left out: libraries are loaded and code is compiled in it.
///
/// Safe for use by several threads.
final class Rates {
  /// Of a new measurement in the mean; some ten of them are remembered.
  private static final double WEIGHT = 0.2;

  /// Tokens of an answer before any has ended.
  private static final double TYPICAL = 128;

  private static final class Mean {
    private @Nullable Double value;
    private boolean warm;

    void add(double measured) {
      if (!warm) {
        warm = true;
        return;
      }
      value = value == null ? measured : value + WEIGHT * (measured - value);
    }

    double or(double unknown) {
      return value == null ? unknown : value;
    }
  }

  private final Mean tile = new Mean();
  private final Mean row = new Mean();
  private final Mean token = new Mean();
  private final Mean answer = new Mean();

  synchronized void tile(double millis) {
    tile.add(millis);
  }

  synchronized void rows(int count, double millis) {
    row.add(millis / count);
  }

  /// A decode step; the tokens of several answers share its time.
  synchronized void step(int tokens, double millis) {
    token.add(millis / tokens);
  }

  synchronized void answer(int tokens) {
    answer.add(tokens);
  }

  /// Milliseconds until the first token.
  ///
  /// @param tiles still to be encoded
  /// @param rows of the prompt still to be prefilled
  synchronized double first(int tiles, int rows) {
    return tiles * tile.or(0) + rows * row.or(0);
  }

  /// Milliseconds of the engine that a whole request will probably take.
  synchronized double whole(PreparedRequest request) {
    double tokens = Math.min(request.maxTokens(), answer.or(TYPICAL));
    return first(request.tiles(), request.prompt().length())
        + request.parameters().choices() * tokens * token.or(0);
  }

  /// Milliseconds that answers under way will probably still take.
  ///
  /// @param answers how many
  /// @param done tokens that they have, all together
  synchronized double rest(int answers, long done) {
    return Math.max(0, answers * answer.or(TYPICAL) - done) * token.or(0);
  }
}
