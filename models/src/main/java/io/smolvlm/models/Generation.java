package io.smolvlm.models;

import io.smolvlm.language.Decoder;
import io.smolvlm.language.Detokenizer;
import io.smolvlm.language.GenerationConfig;
import io.smolvlm.language.KvCache;
import io.smolvlm.language.Logprobs;
import io.smolvlm.language.Sampler;
import io.smolvlm.language.StopCondition;
import io.smolvlm.models.GenerationEvent.Alternative;
import io.smolvlm.models.GenerationResult.FinishReason;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.vision.PixelTiles;
import io.smolvlm.vision.VisionTower;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One answer in the making, in steps that others' steps may stand between: tiles are encoded one
/// by one, the prompt is prefilled in chunks, then tokens follow, of several answers together
/// ([DecodeStep]).
///
/// What it computes depends on its request alone, not on what runs beside it. One thread at a time.
final class Generation implements AutoCloseable {
  /// Rows of a prefill chunk: enough for the matrix products, and others wait no longer than for
  /// one.
  static final int CHUNK = 256;

  enum Stage {
    ENCODE,
    PREFILL,
    DECODE,
    ENDED
  }

  private final PreparedRequest prepared;
  private final Networks networks;
  private final Consumer<GenerationEvent> events;

  private final Arena arena = Arena.ofShared();
  private final KvCache cache;
  private final Sampler sampler;
  private final StopCondition stop;
  private final Matrix imageTokens;
  private final List<Integer> ids = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private @Nullable Matrix prompt;
  private Stage stage = Stage.ENCODE;
  private int tilesDone;
  private int rowsDone;
  private @Nullable FinishReason reason;
  private double encodeMillis;
  private double prefillMillis;
  private double decodeMillis;
  private boolean closed;

  /// @param events sees what happens, on the thread that makes the steps
  Generation(PreparedRequest prepared, Networks networks, Consumer<GenerationEvent> events) {
    GenerationRequest request = prepared.request();
    GenerationConfig generation = networks.config().generation();
    int vocabulary = networks.config().text().vocabularySize();
    this.prepared = prepared;
    this.networks = networks;
    this.events = events;
    this.stop =
        new StopCondition(
            new Detokenizer(networks.tokenizer(), true),
            ends(generation),
            request.stop(),
            prepared.maxTokens());
    this.sampler =
        new Sampler(
            request.sampling(),
            vocabulary,
            prepared.prompt().ids(),
            never(generation, vocabulary),
            null);
    this.cache = new KvCache(networks.config().text());
    int each = networks.vision() == null ? 0 : networks.vision().config().tokensPerTile();
    this.imageTokens =
        Matrix.allocate(arena, prepared.tiles() * each, networks.config().text().hiddenSize());
    if (prepared.tiles() == 0) {
      stage = Stage.PREFILL;
    }
  }

  private static Set<Integer> ends(GenerationConfig generation) {
    var ends = new HashSet<>(generation.endTokens());
    ends.addAll(generation.safetyTokens());
    return ends;
  }

  /// Ids without an embedding must not be chosen.
  private static Map<Integer, Float> never(GenerationConfig generation, int vocabulary) {
    var bias = new HashMap<Integer, Float>();
    for (int id : generation.forbiddenTokens()) {
      if (id < vocabulary) {
        bias.put(id, Float.NEGATIVE_INFINITY);
      }
    }
    return bias;
  }

  Stage stage() {
    return stage;
  }

  /// One tile or one prefill chunk. The last chunk chooses the first token.
  ///
  /// @throws IllegalStateException in another stage
  void advance() {
    var watch = new Stopwatch(System::nanoTime);
    switch (stage) {
      case ENCODE -> {
        encodeTile();
        encodeMillis += watch.lap();
      }
      case PREFILL -> {
        prefillChunk();
        prefillMillis += watch.lap();
      }
      case DECODE, ENDED -> throw new IllegalStateException("stage " + stage);
    }
  }

  private void encodeTile() {
    VisionTower vision = networks.vision();
    if (vision == null) {
      throw new IllegalStateException("tiles without an encoder");
    }
    int each = vision.config().tokensPerTile();
    int tile = tilesDone;
    for (PixelTiles picture : prepared.pictures()) {
      if (tile < picture.tiles()) {
        try (Arena call = Arena.ofConfined()) {
          vision.encode(
              picture.pixelValues(call, tile),
              imageTokens.slice(tilesDone * each, (tilesDone + 1) * each));
        }
        break;
      }
      tile -= picture.tiles();
    }
    tilesDone++;
    if (tilesDone == prepared.tiles()) {
      stage = Stage.PREFILL;
    }
    events.accept(new GenerationEvent.TilesEncoded(tilesDone, prepared.tiles()));
  }

  private void prefillChunk() {
    Decoder decoder = networks.decoder();
    if (prompt == null) {
      prompt = embed(prepared.prompt(), decoder, imageTokens, arena);
    }
    int total = prompt.rows();
    int to = Math.min(rowsDone + CHUNK, total);
    decoder.forward(prompt.slice(rowsDone, to), cache);
    rowsDone = to;
    events.accept(new GenerationEvent.Prefilled(rowsDone, total));
    if (rowsDone == total) {
      stage = Stage.DECODE;
      Matrix logits = Matrix.allocate(arena, 1, networks.config().text().vocabularySize());
      decoder.logits(prompt.slice(total - 1, total), logits);
      accept(logits, 0);
    }
  }

  /// The decoder's input: embeddings of the ids, image tokens in their places, `[prompt, hidden]`.
  static Matrix embed(Prompt prompt, Decoder decoder, Matrix imageTokens, Arena arena) {
    Matrix x = decoder.rows(arena, prompt.length());
    decoder.embed(prompt.ids(), x, 0);
    int from = 0;
    for (Prompt.Tile tile : prompt.tiles()) {
      x.slice(tile.start(), tile.start() + tile.length())
          .copyFrom(imageTokens.slice(from, from + tile.length()));
      from += tile.length();
    }
    if (from != imageTokens.rows()) {
      throw new IllegalStateException(imageTokens + " for " + from + " places");
    }
    return x;
  }

  /// The row that the next decode step computes for this answer.
  ///
  /// @param row of `x`, written: the embedding of the last token
  Decoder.Rows next(Matrix x, int row) {
    networks.decoder().embed(new int[] {ids.getLast()}, x, row);
    return new Decoder.Rows(cache, 1);
  }

  /// Chooses the next token.
  ///
  /// @param logits `[rows, vocabulary]`, of which `row` is this answer's
  /// @param millis what the step took
  void accept(Matrix logits, int row, double millis) {
    decodeMillis += millis;
    accept(logits, row);
  }

  private void accept(Matrix logits, int row) {
    Matrix own = logits.slice(row, row + 1);
    int id = sampler.next(own.segment());
    ids.add(id);
    String piece = shown(stop.push(id));
    events.accept(token(id, piece, own));
    if (stop.ended()) {
      end(
          stop.reason() == StopCondition.Reason.MAX_TOKENS
              ? FinishReason.LENGTH
              : FinishReason.STOP);
    }
  }

  /// Ends the answer from outside; what was held back is kept.
  void cancel() {
    if (stage != Stage.ENDED) {
      shown(stop.finish());
      end(FinishReason.CANCELLED);
    }
  }

  private void end(FinishReason why) {
    reason = why;
    stage = Stage.ENDED;
    events.accept(new GenerationEvent.Finished(result()));
  }

  /// @throws IllegalStateException while the answer has not ended
  GenerationResult result() {
    if (reason == null) {
      throw new IllegalStateException("stage " + stage);
    }
    return new GenerationResult(
        text.toString(),
        List.copyOf(ids),
        reason,
        new GenerationResult.Usage(
            prepared.prompt().length(), prepared.prompt().imageTokens(), ids.size()),
        new GenerationResult.Timings(
            prepared.resizeMillis(),
            encodeMillis,
            prefillMillis,
            decodeMillis,
            prepared.tiles(),
            prepared.grids()));
  }

  /// Models of the family begin an answer with a space that belongs to the template, not to the
  /// answer.
  private String shown(String piece) {
    String kept = text.isEmpty() && piece.startsWith(" ") ? piece.substring(1) : piece;
    text.append(kept);
    return kept;
  }

  private GenerationEvent.Token token(int id, String piece, Matrix logits) {
    int count = prepared.request().topLogprobs();
    if (count < 0) {
      return new GenerationEvent.Token(id, piece, Float.NaN, List.of());
    }
    Logprobs found = Logprobs.of(logits.segment().toArray(ValueLayout.JAVA_FLOAT), id, count);
    List<Alternative> top =
        found.top().stream()
            .map(e ->
                new Alternative(
                    e.id(), networks.tokenizer().decode(new int[] {e.id()}), e.logprob()))
            .toList();
    return new GenerationEvent.Token(id, piece, found.chosen(), top);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      cache.close();
      arena.close();
    }
  }
}
