package io.smolvlm.models.engine;

import io.smolvlm.language.SamplingParameters;
import io.smolvlm.language.grammar.AnswerGrammar;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How a prompt is to be answered.
///
/// @param sampling how tokens are chosen; choice `i` draws with the seed plus `i`
/// @param maxTokens most tokens of each answer, at least 1; the context's end is a limit as well
/// @param minTokens before so many tokens neither end tokens nor stop texts end an answer, 0 to
///   `maxTokens`; does not count where a grammar says when an answer is complete
/// @param stop texts that end an answer; they are not part of it
/// @param stopTokenIds tokens that end an answer, beside the model's own; not part of its text
/// @param ignoreEos whether the model's own end tokens do not end an answer
/// @param topLogprobs alternatives reported with each token, 0 to 20; -1 for no log-probabilities
/// @param logitBias added to the logits of these ids, -100 to 100
/// @param choices answers to the same prompt, 1 to 8
/// @param stopRepetition whether an answer that only repeats itself is ended, see [RepetitionRule];
///   never with `ignoreEos`, before `minTokens` or under a grammar
/// @param grammarOrNull what the answer must be; see [#grammar]
public record AnswerParameters(
    SamplingParameters sampling,
    int maxTokens,
    int minTokens,
    List<String> stop,
    Set<Integer> stopTokenIds,
    boolean ignoreEos,
    int topLogprobs,
    Map<Integer, Float> logitBias,
    int choices,
    boolean stopRepetition,
    @Nullable AnswerGrammar grammarOrNull) {
  public static final int DEFAULT_MAX_TOKENS = 500;
  public static final int MAX_CHOICES = 8;

  /// The family's: greedy, one answer of at most [#DEFAULT_MAX_TOKENS].
  public static final AnswerParameters DEFAULT =
      new AnswerParameters(
          SamplingParameters.GREEDY,
          DEFAULT_MAX_TOKENS,
          0,
          List.of(),
          Set.of(),
          false,
          -1,
          Map.of(),
          1,
          true,
          null);

  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] outside the ranges above
  public AnswerParameters {
    stop = List.copyOf(stop);
    stopTokenIds = Set.copyOf(stopTokenIds);
    logitBias = Map.copyOf(logitBias);
    check("max_tokens", maxTokens, 1, Integer.MAX_VALUE);
    check("min_tokens", minTokens, 0, maxTokens);
    check("top_logprobs", topLogprobs, -1, 20);
    check("n", choices, 1, MAX_CHOICES);
    logitBias.forEach((id, bias) -> check("logit_bias", bias, -100, 100));
    if (stop.stream().anyMatch(String::isEmpty)) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "stop: found an empty text, needed at least one character");
    }
  }

  private static void check(String name, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "%s: found %s, allowed %s"
              .formatted(
                  name,
                  text(value),
                  high == Integer.MAX_VALUE
                      ? text(low) + " or more"
                      : text(Math.max(low, name.equals("top_logprobs") ? 0 : low))
                          + " to "
                          + text(high)));
    }
  }

  private static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /// What the answer must be; empty when it is free.
  public Optional<AnswerGrammar> grammar() {
    return Optional.ofNullable(grammarOrNull);
  }

  /// The seed of one choice.
  public SamplingParameters sampling(int choice) {
    return choice == 0 ? sampling : sampling.withSeed(sampling.seed() + choice);
  }

  public Builder toBuilder() {
    return new Builder(this);
  }

  /// Parameters one by one; what is not set stays as it was.
  public static final class Builder {
    private SamplingParameters sampling;
    private int maxTokens;
    private int minTokens;
    private List<String> stop;
    private Set<Integer> stopTokenIds;
    private boolean ignoreEos;
    private int topLogprobs;
    private Map<Integer, Float> logitBias;
    private int choices;
    private boolean stopRepetition;
    private @Nullable AnswerGrammar grammar;

    private Builder(AnswerParameters from) {
      sampling = from.sampling;
      maxTokens = from.maxTokens;
      minTokens = from.minTokens;
      stop = from.stop;
      stopTokenIds = from.stopTokenIds;
      ignoreEos = from.ignoreEos;
      topLogprobs = from.topLogprobs;
      logitBias = from.logitBias;
      choices = from.choices;
      stopRepetition = from.stopRepetition;
      grammar = from.grammarOrNull;
    }

    public Builder sampling(SamplingParameters value) {
      sampling = value;
      return this;
    }

    public Builder maxTokens(int value) {
      maxTokens = value;
      return this;
    }

    public Builder minTokens(int value) {
      minTokens = value;
      return this;
    }

    public Builder stop(List<String> value) {
      stop = value;
      return this;
    }

    public Builder stopTokenIds(Set<Integer> value) {
      stopTokenIds = value;
      return this;
    }

    public Builder ignoreEos(boolean value) {
      ignoreEos = value;
      return this;
    }

    public Builder topLogprobs(int value) {
      topLogprobs = value;
      return this;
    }

    public Builder logitBias(Map<Integer, Float> value) {
      logitBias = value;
      return this;
    }

    public Builder choices(int value) {
      choices = value;
      return this;
    }

    public Builder stopRepetition(boolean value) {
      stopRepetition = value;
      return this;
    }

    public Builder grammar(@Nullable AnswerGrammar value) {
      grammar = value;
      return this;
    }

    /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] outside the ranges
    public AnswerParameters build() {
      return new AnswerParameters(
          sampling,
          maxTokens,
          minTokens,
          stop,
          stopTokenIds,
          ignoreEos,
          topLogprobs,
          logitBias,
          choices,
          stopRepetition,
          grammar);
    }
  }
}
