package io.smolvlm.models.engine;

import io.smolvlm.language.Decoder;
import io.smolvlm.language.Detokenizer;
import io.smolvlm.language.GenerationConfig;
import io.smolvlm.language.KvCache;
import io.smolvlm.language.Logprobs;
import io.smolvlm.language.PromptLookup;
import io.smolvlm.language.Sampler;
import io.smolvlm.language.StopCondition;
import io.smolvlm.language.TokenMask;
import io.smolvlm.language.grammar.AnswerGrammar;
import io.smolvlm.models.engine.GenerationEvent.Alternative;
import io.smolvlm.models.engine.GenerationResult.FinishReason;
import io.smolvlm.tensor.Matrix;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One answer to a prompt that stands in its cache, token by token.
///
/// What it computes depends on its request and its number alone. One thread at a time.
final class Choice implements AutoCloseable {
  /// What tokens and the end become.
  interface Listener {
    void token(GenerationEvent.Token token);

    /// @param rest text that no token has shown
    void ended(Choice choice, String rest);
  }

  private final int index;
  private final PreparedRequest prepared;
  private final Networks networks;
  private final KvCache cache;
  private final Listener listener;
  private final Sampler sampler;
  private final StopCondition stop;
  private final @Nullable RepetitionRule repetition;
  private final PromptLookup lookup;
  private final List<Integer> ids = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private @Nullable FinishReason reason;
  private double decodeMillis;
  private int[] draft = {};
  private boolean closed;

  /// @param cache holds the prompt; closed with this
  Choice(int index, PreparedRequest prepared, Networks networks, KvCache cache, Listener listener) {
    this.index = index;
    this.prepared = prepared;
    this.networks = networks;
    this.cache = cache;
    this.listener = listener;
    AnswerParameters parameters = prepared.parameters();
    int vocabulary = networks.text().vocabularySize();
    AnswerGrammar grammar = parameters.grammarOrNull();
    int minTokens = grammar == null ? Math.min(parameters.minTokens(), prepared.maxTokens()) : 0;
    Set<Integer> ends = ends(networks.generation(), parameters, vocabulary);
    this.stop =
        new StopCondition(
            new Detokenizer(networks.tokenizer(), true),
            ends,
            parameters.stop(),
            minTokens,
            prepared.maxTokens());
    TokenMask mask = minTokens > 0 ? new HeldEnds(ends, minTokens) : null;
    this.sampler =
        new Sampler(
            parameters.sampling(index),
            vocabulary,
            prepared.prompt().ids(),
            bias(networks.generation(), parameters, vocabulary),
            grammar == null ? mask : grammar.start(prepared.maxTokens()));
    this.repetition =
        parameters.stopRepetition() && !parameters.ignoreEos() && grammar == null
            ? new RepetitionRule()
            : null;
    this.lookup = new PromptLookup(prepared.prompt().ids(), prepared.positions());
  }

  /// A grammar must be able to end its answer, whatever else was asked for.
  private static Set<Integer> ends(
      GenerationConfig generation, AnswerParameters parameters, int vocabulary) {
    var ends = new HashSet<>(parameters.stopTokenIds());
    if (!parameters.ignoreEos() || parameters.grammarOrNull() != null) {
      ends.addAll(generation.endTokens());
      ends.addAll(generation.safetyTokens());
    }
    ends.removeIf(id -> id < 0 || id >= vocabulary);
    return ends;
  }

  /// Ids without an embedding must not be chosen.
  private static Map<Integer, Float> bias(
      GenerationConfig generation, AnswerParameters parameters, int vocabulary) {
    var bias = new HashMap<>(parameters.logitBias());
    for (int id : generation.forbiddenTokens()) {
      if (id < vocabulary) {
        bias.put(id, Float.NEGATIVE_INFINITY);
      }
    }
    return bias;
  }

  int index() {
    return index;
  }

  KvCache cache() {
    return cache;
  }

  int tokens() {
    return ids.size();
  }

  /// Whether no token will follow.
  boolean ended() {
    return reason != null || closed;
  }

  /// The rows that the next decode step computes for this answer: its last token and a draft of
  /// what follows.
  ///
  /// @param x from `row` on written: embeddings
  /// @param drafts most tokens of the draft
  Decoder.Rows next(Matrix x, int row, int drafts) {
    draft = lookup.draft(Math.min(drafts, prepared.maxTokens() - ids.size() - 1));
    cache.reserve(1 + draft.length);
    networks.decoder().embed(new int[] {ids.getLast()}, x, row);
    networks.decoder().embed(draft, x, row + 1);
    return new Decoder.Rows(cache, 1 + draft.length);
  }

  /// Chooses the next tokens: one, and one more for each of the draft that was chosen just so. They
  /// are the tokens that steps without drafts would choose, since a row's logits depend on what
  /// stands before it alone; what was computed for the rest of the draft is forgotten.
  ///
  /// @param logits `[rows, vocabulary]`, of which those from `row` on are this answer's
  /// @param millis what the step took
  /// @return how many of the draft came true
  int accept(Matrix logits, int row, double millis) {
    decodeMillis += millis;
    int positions = cache.length() - draft.length;
    int right = 0;
    int id = choose(logits.slice(row, row + 1));
    while (!ended() && right < draft.length && draft[right] == id) {
      right++;
      id = choose(logits.slice(row + right, row + right + 1));
    }
    if (!ended()) {
      cache.truncate(positions + right);
    }
    if (draft.length > 0) {
      lookup.came(draft.length, right);
    }
    return right;
  }

  /// Of the last step.
  int drafted() {
    return draft.length;
  }

  /// Chooses the first token.
  ///
  /// @param logits `[1, vocabulary]`
  void begin(Matrix logits) {
    choose(logits);
  }

  private int choose(Matrix own) {
    int id = sampler.next(own.segment());
    ids.add(id);
    lookup.add(id);
    String piece = shown(stop.push(id));
    listener.token(token(id, piece, own));
    if (stop.ended()) {
      end(
          stop.reason() == StopCondition.Reason.MAX_TOKENS
              ? FinishReason.LENGTH
              : FinishReason.STOP,
          "");
    } else if (repetition != null
        && repetition.push(id)
        && ids.size() >= prepared.parameters().minTokens()) {
      end(FinishReason.REPETITION);
    }
    return id;
  }

  /// Ends the answer from outside; what was held back is kept.
  void end(FinishReason why) {
    if (!ended()) {
      end(why, shown(stop.finish()));
    }
  }

  private void end(FinishReason why, String rest) {
    reason = why;
    cache.close();
    listener.ended(this, rest);
  }

  /// Models of the family begin an answer with a space that belongs to the template, not to the
  /// answer.
  private String shown(String piece) {
    boolean templates = prepared.prompt().ofTemplate() && text.isEmpty();
    String kept = templates && piece.startsWith(" ") ? piece.substring(1) : piece;
    text.append(kept);
    return kept;
  }

  private GenerationEvent.Token token(int id, String piece, Matrix logits) {
    int count = prepared.parameters().topLogprobs();
    if (count < 0) {
      return new GenerationEvent.Token(index, id, piece, Float.NaN, List.of());
    }
    Logprobs found = Logprobs.of(logits.segment().toArray(ValueLayout.JAVA_FLOAT), id, count);
    List<Alternative> top =
        found.top().stream()
            .map(e ->
                new Alternative(
                    e.id(), networks.tokenizer().decode(new int[] {e.id()}), e.logprob()))
            .toList();
    return new GenerationEvent.Token(index, id, piece, found.chosen(), top);
  }

  /// @param cachedTokens of the prompt that were found in a cache
  /// @param shared timings of what all choices have in common; the decode time is added
  /// @throws IllegalStateException while the answer has not ended
  GenerationResult result(int cachedTokens, GenerationResult.Timings shared) {
    if (reason == null) {
      throw new IllegalStateException("the answer has not ended");
    }
    return new GenerationResult(
        text.toString(),
        List.copyOf(ids),
        reason,
        new GenerationResult.Usage(
            prepared.prompt().length(), prepared.prompt().imageTokens(), cachedTokens, ids.size()),
        shared.withDecode(decodeMillis));
  }

  @Override
  public void close() {
    closed = true;
    cache.close();
  }
}
