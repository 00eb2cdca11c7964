package io.smolvlm.models.engine;

import io.smolvlm.language.Decoder;
import io.smolvlm.language.PromptLookup;
import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/// The next tokens of several answers: every weight is read once for all of them.
///
/// An answer gets one token, and more where a draft of what follows comes true. Drafts take rows
/// that other answers do not need: eight rows take two to three times as long as one.
///
/// Each answer's numbers are the same, to the bit, whatever is computed beside it. What fails in
/// one answer does not touch the others: a pass that fails for all is taken back and made again for
/// each alone.
///
/// One thread at a time.
final class DecodeStep implements AutoCloseable {
  private final Decoder decoder;
  private final int drafts;
  private final LongSupplier nanos;
  private final Arena arena = Arena.ofShared();
  private final Matrix x;
  private final Matrix logits;
  private boolean closed;

  /// What a step gave.
  ///
  /// @param tokens of all answers together
  /// @param drafted tokens that were drafted before
  /// @param right of them came true
  record Gain(int tokens, int drafted, int right) {
    private static final Gain NONE = new Gain(0, 0, 0);

    private Gain plus(Gain other) {
      return new Gain(tokens + other.tokens, drafted + other.drafted, right + other.right);
    }
  }

  /// @param answers most of one step
  /// @param drafts most tokens that are drafted in one step
  DecodeStep(Decoder decoder, int answers, int drafts, LongSupplier nanos) {
    this.decoder = decoder;
    this.drafts = drafts;
    this.nanos = nanos;
    int most = Math.max(answers, 1 + drafts);
    this.x = decoder.rows(arena, most);
    this.logits = Matrix.allocate(arena, most, decoder.config().vocabularySize());
  }

  /// @param answers that have not ended, no more than the most
  /// @param failed told which answer failed, and how; it is not to be asked again
  Gain run(List<Choice> answers, BiConsumer<Choice, Throwable> failed) {
    var watch = new Stopwatch(nanos);
    List<Choice> ready = new ArrayList<>(answers.size());
    List<Decoder.Rows> rows = new ArrayList<>(answers.size());
    int each = draftsOf(answers.size());
    int n = 0;
    for (Choice answer : answers) {
      if (answer.ended()) {
        continue;
      }
      try {
        Decoder.Rows own = answer.next(x, n, each);
        rows.add(own);
        n += own.count();
        ready.add(answer);
      } catch (RuntimeException | Error e) {
        failed.accept(answer, e);
      }
    }
    int[] lengths = rows.stream().mapToInt(r -> r.cache().length()).toArray();
    if (n == 0) {
      return Gain.NONE;
    }
    try {
      Matrix own = x.slice(0, n);
      decoder.forward(own, rows);
      decoder.logits(own, logits.slice(0, n));
    } catch (RuntimeException | Error e) {
      for (int i = 0; i < lengths.length; i++) {
        rows.get(i).cache().truncate(lengths[i]);
      }
      if (ready.size() == 1) {
        failed.accept(ready.getFirst(), e);
        return Gain.NONE;
      }
      Gain gain = Gain.NONE;
      for (Choice answer : ready) {
        gain = gain.plus(run(List.of(answer), failed));
      }
      return gain;
    }
    double millis = watch.lap() / ready.size();
    Gain gain = Gain.NONE;
    int row = 0;
    for (int i = 0; i < ready.size(); i++) {
      Choice answer = ready.get(i);
      int first = row;
      row += rows.get(i).count();
      if (answer.ended()) { // with another choice of its request that failed
        continue;
      }
      try {
        int right = answer.accept(logits, first, millis);
        gain = gain.plus(new Gain(1 + right, answer.drafted(), right));
      } catch (RuntimeException | Error e) {
        failed.accept(answer, e);
      }
    }
    return gain;
  }

  /// Drafts of one of so many answers; none where they would be too short to win.
  private int draftsOf(int answers) {
    int share = (1 + drafts) / Math.max(1, answers) - 1;
    return share >= Math.min(drafts, PromptLookup.FIRST) ? share : 0;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      arena.close();
    }
  }
}
