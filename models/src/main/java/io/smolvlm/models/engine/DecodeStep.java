package io.smolvlm.models.engine;

import io.smolvlm.language.Decoder;
import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/// One token for each of several answers: every weight is read once for all of them.
///
/// Each answer's numbers are the same, to the bit, whatever is computed beside it. One thread at a
/// time.
final class DecodeStep implements AutoCloseable {
  private final Decoder decoder;
  private final Arena arena = Arena.ofShared();
  private final Matrix x;
  private final Matrix logits;

  /// @param most answers of one step
  DecodeStep(Decoder decoder, int most) {
    this.decoder = decoder;
    this.x = decoder.rows(arena, most);
    this.logits = Matrix.allocate(arena, most, decoder.config().vocabularySize());
  }

  /// @param answers that have not ended, no more than the most
  void run(List<Choice> answers) {
    var watch = new Stopwatch(System::nanoTime);
    int n = answers.size();
    List<Decoder.Rows> rows = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      rows.add(answers.get(i).next(x, i));
    }
    Matrix own = x.slice(0, n);
    decoder.forward(own, rows);
    decoder.logits(own, logits.slice(0, n));
    double each = watch.lap() / n;
    for (int i = 0; i < n; i++) {
      answers.get(i).accept(logits, i, each);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
