package io.smolvlm.language;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/// Chooses the next token from logits.
///
/// The steps and their order are the reference's (transformers 5.23
/// `generation/logits_process.py`): repetition penalty, no-repeat n-gram, temperature, top-k (all
/// ties of the k-th stay), top-p (drops from below while the sum is at most `1 - p`; of equal
/// scores at the cut the lower ids stay), min-p (relative to the best). Presence and frequency
/// penalty and the logit bias, which the reference does not have, come after the repetition
/// penalty; the mask comes before the temperature. Temperature 0 takes the first maximum.
///
/// The random choice is one `nextDouble` of `L64X128MixRandom` (java.util.random) seeded with the
/// parameters' seed, laid over the probabilities in order of id: the same seed and logits give the
/// same tokens on every machine.
///
/// One per sequence; not safe for use by several threads. Nothing is allocated per token.
public final class Sampler {
  private static final String GENERATOR = "L64X128MixRandom";

  private final SamplingParameters parameters;
  private final int vocabularySize;
  private final int[] biasIds;
  private final float[] biasValues;
  private final @Nullable TokenMask mask;
  private final RandomGenerator random;
  private final TokenHistory history;
  private final Candidates candidates;
  private final float[] scores;

  /// @param vocabularySize how many logits there are
  /// @param prompt ids before the answer; the repetition penalty and the n-gram rule cover them
  public Sampler(SamplingParameters parameters, int vocabularySize, int[] prompt) {
    this(parameters, vocabularySize, prompt, Map.of(), null);
  }

  /// @param vocabularySize how many logits there are
  /// @param prompt ids before the answer; the repetition penalty and the n-gram rule cover them
  /// @param logitBias added to the logits of these ids
  /// @param mask rules out tokens, null for none
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] for a biased id outside the vocabulary
  public Sampler(
      SamplingParameters parameters,
      int vocabularySize,
      int[] prompt,
      Map<Integer, Float> logitBias,
      @Nullable TokenMask mask) {
    this.parameters = parameters;
    this.vocabularySize = vocabularySize;
    this.mask = mask;
    this.random = RandomGeneratorFactory.of(GENERATOR).create(parameters.seed());
    this.history = new TokenHistory(vocabularySize, prompt);
    this.candidates = new Candidates(vocabularySize);
    this.scores = new float[vocabularySize];
    biasIds = logitBias.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
    biasValues = new float[biasIds.length];
    for (int i = 0; i < biasIds.length; i++) {
      if (biasIds[i] < 0 || biasIds[i] >= vocabularySize) {
        throw new SmolVlmException(
            ErrorCode.INVALID_VALUE,
            "logit_bias: found token " + biasIds[i] + ", allowed 0 to " + (vocabularySize - 1));
      }
      biasValues[i] = logitBias.getOrDefault(biasIds[i], 0f);
    }
  }

  /// Chooses and remembers the next token.
  ///
  /// @param logits `[vocabularySize]`, not changed
  public int next(float[] logits) {
    if (plainGreedy()) {
      return accept(Greedy.first(logits, vocabularySize));
    }
    System.arraycopy(logits, 0, scores, 0, vocabularySize);
    return accept(choose());
  }

  /// Chooses and remembers the next token.
  ///
  /// @param logits at least `vocabularySize` floats, not changed
  public int next(MemorySegment logits) {
    if (plainGreedy()) {
      return accept(Greedy.first(logits, vocabularySize));
    }
    MemorySegment.copy(logits, ValueLayout.JAVA_FLOAT, 0, scores, 0, vocabularySize);
    return accept(choose());
  }

  private int accept(int id) {
    if (id < 0) {
      throw new SmolVlmException(ErrorCode.LIMIT, "sampling: no token is left that may come next");
    }
    history.add(id);
    if (mask != null) {
      mask.accept(id);
    }
    return id;
  }

  /// Whether the logits can be looked at as they are.
  private boolean plainGreedy() {
    return parameters.greedy()
        && parameters.repetitionPenalty() == 1
        && parameters.presencePenalty() == 0
        && parameters.frequencyPenalty() == 0
        && parameters.noRepeatNgram() == 0
        && biasIds.length == 0
        && mask == null;
  }

  private int choose() {
    adjust();
    return parameters.greedy()
        ? Greedy.first(scores, vocabularySize)
        : candidates.choose(filtered(), random.nextDouble());
  }

  /// Everything that changes scores before the temperature.
  private void adjust() {
    if (parameters.repetitionPenalty() != 1) {
      history.penalizeRepetition(scores, parameters.repetitionPenalty());
    }
    if (parameters.presencePenalty() != 0 || parameters.frequencyPenalty() != 0) {
      history.penalizeCounts(scores, parameters.presencePenalty(), parameters.frequencyPenalty());
    }
    for (int i = 0; i < biasIds.length; i++) {
      scores[biasIds[i]] += biasValues[i];
    }
    if (parameters.noRepeatNgram() > 0) {
      history.forbidRepeatedNgrams(scores, parameters.noRepeatNgram());
    }
    if (mask != null) {
      mask.apply(scores);
    }
  }

  /// The scores after temperature, top-k, top-p and min-p.
  private float[] filtered() {
    if (parameters.temperature() != 1) {
      for (int i = 0; i < scores.length; i++) {
        scores[i] /= parameters.temperature();
      }
    }
    if (parameters.topK() > 0) {
      candidates.topK(scores, parameters.topK());
    }
    if (parameters.topP() < 1) {
      candidates.topP(scores, parameters.topP());
    }
    if (parameters.minP() > 0) {
      candidates.minP(scores, parameters.minP());
    }
    return scores;
  }

  /// The probabilities from which the next token would be drawn, without drawing it.
  ///
  /// @param logits `[vocabularySize]`, not changed
  /// @return `[vocabularySize]`, zero where a token cannot come
  public float[] probabilities(float[] logits) {
    System.arraycopy(logits, 0, scores, 0, vocabularySize);
    adjust();
    if (parameters.greedy()) {
      float[] certain = new float[vocabularySize];
      int best = Greedy.first(scores, vocabularySize);
      if (best >= 0) {
        certain[best] = 1;
      }
      return certain;
    }
    float[] result = new float[vocabularySize];
    candidates.softmax(filtered(), result);
    return result;
  }

  /// The scores after all steps but the choice.
  float[] scores(float[] logits) {
    System.arraycopy(logits, 0, scores, 0, vocabularySize);
    adjust();
    return filtered().clone();
  }

  /// Takes a token of the answer that was not chosen here.
  void remember(int id) {
    history.add(id);
  }
}
