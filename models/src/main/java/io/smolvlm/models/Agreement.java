package io.smolvlm.models;

import io.smolvlm.language.KvCache;
import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;

/// How near a model is to another one with the same vocabulary: the share of tokens that both would
/// choose after the same text, and the likeness of what their encoders make of a tile.
///
/// @param tokens compared
/// @param equal of them chosen by both
/// @param imageCosine cosine similarity of the image tokens of one tile, empty for text models
public record Agreement(int tokens, int equal, OptionalDouble imageCosine) {
  /// Prompts of several kinds: prose, names, numbers, code, lists, other languages.
  public static final List<String> PROMPTS =
      List.of(
          "The capital of France is",
          "Once upon a time, in a small village by the sea,",
          "def fibonacci(n):\n    if n < 2:\n        return n\n    return",
          "The three primary colours are red,",
          "In 1969, Neil Armstrong and Buzz Aldrin",
          "To make a simple bread, you need flour, water,",
          "2 + 2 = 4, 3 + 3 = 6, 4 + 4 =",
          "Der schnelle braune Fuchs springt");

  /// Lets the first model go on greedily from each of [#PROMPTS] and asks the second, at every
  /// place, which token it would choose.
  ///
  /// @param continued tokens after each prompt, at least 1
  public static Agreement of(SmolVlm source, SmolVlm other, int continued) {
    int tokens = 0;
    int equal = 0;
    for (String prompt : PROMPTS) {
      int[] ids = source.tokenizer().encode(prompt);
      int[] whole = continuation(source, ids, continued);
      int[] chosen = choices(other, Arrays.copyOf(whole, whole.length - 1));
      for (int i = ids.length; i < whole.length; i++) {
        tokens++;
        equal += chosen[i - 1] == whole[i] ? 1 : 0;
      }
    }
    OptionalDouble cosine =
        source.pictures().isPresent() && other.pictures().isPresent()
            ? OptionalDouble.of(cosine(imageTokens(source), imageTokens(other)))
            : OptionalDouble.empty();
    return new Agreement(tokens, equal, cosine);
  }

  /// The ids with as many more, each the most likely one; nothing ends it.
  public static int[] continuation(SmolVlm model, int[] ids, int more) {
    int[] whole = Arrays.copyOf(ids, ids.length + more);
    model.withNetworks((decoder, _) -> {
      try (Arena arena = Arena.ofShared();
          KvCache cache = decoder.sequence(whole.length)) {
        Matrix x = decoder.rows(arena, ids.length);
        Matrix logits = Matrix.allocate(arena, 1, decoder.config().vocabularySize());
        decoder.embed(ids, x, 0);
        decoder.forward(x, cache);
        Matrix last = x.slice(ids.length - 1, ids.length);
        for (int at = ids.length; at < whole.length; at++) {
          decoder.logits(last, logits);
          whole[at] = best(logits, 0);
          decoder.embed(new int[] {whole[at]}, last, 0);
          if (at + 1 < whole.length) {
            decoder.forward(last, cache);
          }
        }
      }
    });
    return whole;
  }

  /// After each of the ids, the most likely next one.
  private static int[] choices(SmolVlm model, int[] ids) {
    int[] chosen = new int[ids.length];
    model.withNetworks((decoder, _) -> {
      try (Arena arena = Arena.ofShared();
          KvCache cache = decoder.sequence(ids.length)) {
        Matrix x = decoder.rows(arena, ids.length);
        Matrix logits = Matrix.allocate(arena, ids.length, decoder.config().vocabularySize());
        decoder.embed(ids, x, 0);
        decoder.forward(x, cache);
        decoder.logits(x, logits);
        for (int i = 0; i < ids.length; i++) {
          chosen[i] = best(logits, i);
        }
      }
    });
    return chosen;
  }

  private static int best(Matrix logits, int row) {
    int best = 0;
    for (int id = 1; id < logits.cols(); id++) {
      if (logits.get(row, id) > logits.get(row, best)) {
        best = id;
      }
    }
    return best;
  }

  /// What the encoder makes of one tile of soft colours and some noise.
  private static float[] imageTokens(SmolVlm model) {
    float[][] tokens = new float[1][];
    model.withNetworks((_, vision) -> {
      int side = vision.config().imageSize();
      try (Arena arena = Arena.ofShared()) {
        Matrix pixels = Matrix.allocate(arena, 3, side * side);
        var random = new Random(1);
        for (int colour = 0; colour < 3; colour++) {
          for (int i = 0; i < side * side; i++) {
            double wave = Math.sin((i % side) * (colour + 1) * 6.0 / side + i * 5.0 / side / side);
            pixels.set(colour, i, (float) (0.8 * wave + 0.1 * random.nextGaussian()));
          }
        }
        Matrix out = Matrix.allocate(arena, vision.config().tokensPerTile(), vision.tokenWidth());
        vision.encode(pixels, out);
        tokens[0] = out.toArray();
      }
    });
    return tokens[0];
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      squaresA += (double) a[i] * a[i];
      squaresB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(squaresA * squaresB);
  }
}
