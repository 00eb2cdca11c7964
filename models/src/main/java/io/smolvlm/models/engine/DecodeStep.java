package io.smolvlm.models.engine;

import io.smolvlm.language.Decoder;
import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/// One token for each of several answers: every weight is read once for all of them.
///
/// Each answer's numbers are the same, to the bit, whatever is computed beside it. What fails in
/// one answer does not touch the others: a pass that fails for all is taken back and made again for
/// each alone.
///
/// One thread at a time.
final class DecodeStep implements AutoCloseable {
  private final Decoder decoder;
  private final LongSupplier nanos;
  private final Arena arena = Arena.ofShared();
  private final Matrix x;
  private final Matrix logits;
  private boolean closed;

  /// @param most answers of one step
  DecodeStep(Decoder decoder, int most, LongSupplier nanos) {
    this.decoder = decoder;
    this.nanos = nanos;
    this.x = decoder.rows(arena, most);
    this.logits = Matrix.allocate(arena, most, decoder.config().vocabularySize());
  }

  /// @param answers that have not ended, no more than the most
  /// @param failed told which answer failed, and how; it is not to be asked again
  void run(List<Choice> answers, BiConsumer<Choice, Throwable> failed) {
    var watch = new Stopwatch(nanos);
    List<Choice> ready = new ArrayList<>(answers.size());
    List<Decoder.Rows> rows = new ArrayList<>(answers.size());
    for (Choice answer : answers) {
      if (answer.ended()) {
        continue;
      }
      try {
        rows.add(answer.next(x, ready.size()));
        ready.add(answer);
      } catch (RuntimeException | Error e) {
        failed.accept(answer, e);
      }
    }
    int n = ready.size();
    int[] lengths = rows.stream().mapToInt(r -> r.cache().length()).toArray();
    if (n == 0) {
      return;
    }
    try {
      Matrix own = x.slice(0, n);
      decoder.forward(own, rows);
      decoder.logits(own, logits.slice(0, n));
    } catch (RuntimeException | Error e) {
      for (int i = 0; i < n; i++) {
        rows.get(i).cache().truncate(lengths[i]);
      }
      if (n == 1) {
        failed.accept(ready.getFirst(), e);
      } else {
        ready.forEach(answer -> run(List.of(answer), failed));
      }
      return;
    }
    double each = watch.lap() / n;
    for (int i = 0; i < n; i++) {
      if (ready.get(i).ended()) { // with another choice of its request that failed
        continue;
      }
      try {
        ready.get(i).accept(logits, i, each);
      } catch (RuntimeException | Error e) {
        failed.accept(ready.get(i), e);
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      arena.close();
    }
  }
}
