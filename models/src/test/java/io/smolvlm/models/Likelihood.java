package io.smolvlm.models;

import io.smolvlm.language.Decoder;
import io.smolvlm.language.KvCache;
import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/// What a decoder says to a text that is put before it.
///
/// @param choices its best next token at each position
/// @param meanNegativeLogLikelihood of the tokens that do follow
record Likelihood(int[] choices, double meanNegativeLogLikelihood) {
  /// Rows of a pass: few, so that they are computed as those of decode are.
  private static final int ROWS = 8;

  /// Rows of a pass that is computed as a prompt is.
  private static final int CHUNK = 256;

  /// The text as decode sees it.
  static Likelihood of(Decoder decoder, int[] ids) {
    return of(decoder, ids, ROWS);
  }

  /// The text as a prompt.
  static Likelihood ofPrompt(Decoder decoder, int[] ids) {
    return of(decoder, ids, CHUNK);
  }

  private static Likelihood of(Decoder decoder, int[] ids, int rows) {
    int vocabulary = decoder.config().vocabularySize();
    int[] choices = new int[ids.length];
    double sum = 0;
    try (Arena arena = Arena.ofShared();
        KvCache cache = decoder.sequence(ids.length)) {
      Matrix x = decoder.rows(arena, rows);
      Matrix logits = Matrix.allocate(arena, rows, vocabulary);
      for (int from = 0; from < ids.length; from += rows) {
        int n = Math.min(rows, ids.length - from);
        decoder.embed(Arrays.copyOfRange(ids, from, from + n), x, 0);
        if (rows == ROWS) {
          decoder.forward(x.slice(0, n), List.of(new Decoder.Rows(cache, n)));
        } else {
          decoder.forward(x.slice(0, n), cache);
        }
        decoder.logits(x.slice(0, n), logits.slice(0, n));
        for (int i = 0; i < n; i++) {
          float[] row = logits.slice(i, i + 1).toArray();
          choices[from + i] = argmax(row);
          if (from + i + 1 < ids.length) {
            sum += negativeLogLikelihood(row, ids[from + i + 1]);
          }
        }
      }
    }
    return new Likelihood(choices, sum / (ids.length - 1));
  }

  /// The share of positions at which both choose the same token.
  double agreement(Likelihood other) {
    int same = 0;
    for (int i = 0; i < choices.length; i++) {
      same += choices[i] == other.choices[i] ? 1 : 0;
    }
    return (double) same / choices.length;
  }

  private static int argmax(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private static double negativeLogLikelihood(float[] logits, int id) {
    double max = logits[argmax(logits)];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    return Math.log(sum) + max - logits[id];
  }
}
