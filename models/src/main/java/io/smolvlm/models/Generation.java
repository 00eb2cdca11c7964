package io.smolvlm.models;

import io.smolvlm.language.Decoder;
import io.smolvlm.language.Detokenizer;
import io.smolvlm.language.KvCache;
import io.smolvlm.language.Logprobs;
import io.smolvlm.language.Sampler;
import io.smolvlm.language.StopCondition;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.models.GenerationEvent.Alternative;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.vision.PixelTiles;
import io.smolvlm.vision.VisionTower;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One answer in the making: tiles are encoded, the prompt is prefilled in chunks, then tokens
/// follow one by one. One thread at a time.
final class Generation implements AutoCloseable {
  /// Rows of a prefill chunk: enough for the matrix products, and cancellation is looked at in
  /// between.
  static final int CHUNK = 256;

  private final PreparedRequest prepared;
  private final Decoder decoder;
  private final @Nullable VisionTower vision;
  private final Tokenizer tokenizer;
  private final Consumer<GenerationEvent> events;
  private final BooleanSupplier cancelled;
  private final Stopwatch watch = new Stopwatch(System::nanoTime);

  private final Arena arena = Arena.ofShared();
  private final KvCache cache;
  private final Sampler sampler;
  private final StopCondition stop;
  private final Matrix logits;
  private final List<Integer> ids = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  Generation(
      PreparedRequest prepared,
      ModelConfig config,
      Decoder decoder,
      @Nullable VisionTower vision,
      Tokenizer tokenizer,
      Consumer<GenerationEvent> events,
      BooleanSupplier cancelled) {
    GenerationRequest request = prepared.request();
    this.prepared = prepared;
    this.decoder = decoder;
    this.vision = vision;
    this.tokenizer = tokenizer;
    this.events = events;
    this.cancelled = cancelled;
    this.stop =
        new StopCondition(
            new Detokenizer(tokenizer, true),
            config.generation().endTokens(),
            request.stop(),
            prepared.maxTokens());
    this.sampler =
        new Sampler(request.sampling(), config.text().vocabularySize(), prepared.prompt().ids());
    this.cache = new KvCache(config.text());
    this.logits = Matrix.allocate(arena, 1, config.text().vocabularySize());
  }

  GenerationResult run() {
    Matrix imageTokens = encode();
    double encodeMillis = watch.lap();
    Matrix last = imageTokens == null ? null : prefill(imageTokens);
    double prefillMillis = watch.lap();
    GenerationResult.FinishReason reason =
        last == null ? GenerationResult.FinishReason.CANCELLED : decode(last);
    var result =
        new GenerationResult(
            text.toString(),
            List.copyOf(ids),
            reason,
            new GenerationResult.Usage(
                prepared.prompt().length(), prepared.prompt().imageTokens(), ids.size()),
            new GenerationResult.Timings(
                prepared.resizeMillis(),
                encodeMillis,
                prefillMillis,
                watch.lap(),
                prepared.tiles(),
                prepared.grids()));
    events.accept(new GenerationEvent.Finished(result));
    return result;
  }

  /// Image tokens of all tiles in the order of their places, null when cancelled.
  private @Nullable Matrix encode() {
    int total = prepared.tiles();
    if (vision == null || total == 0) {
      return Matrix.allocate(arena, 0, decoder.config().hiddenSize());
    }
    int each = vision.config().tokensPerTile();
    Matrix tokens = Matrix.allocate(arena, total * each, vision.tokenWidth());
    int done = 0;
    for (PixelTiles picture : prepared.pictures()) {
      for (int tile = 0; tile < picture.tiles(); tile++, done++) {
        if (cancelled.getAsBoolean()) {
          return null;
        }
        try (Arena call = Arena.ofConfined()) {
          vision.encode(
              picture.pixelValues(call, tile), tokens.slice(done * each, (done + 1) * each));
        }
        events.accept(new GenerationEvent.TilesEncoded(done + 1, total));
      }
    }
    return tokens;
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

  /// The last prompt token's hidden state, null when cancelled.
  private @Nullable Matrix prefill(Matrix imageTokens) {
    int length = prepared.prompt().length();
    Matrix x = embed(prepared.prompt(), decoder, imageTokens, arena);
    for (int from = 0; from < length; from += CHUNK) {
      if (cancelled.getAsBoolean()) {
        return null;
      }
      int to = Math.min(from + CHUNK, length);
      decoder.forward(x.slice(from, to), cache);
      events.accept(new GenerationEvent.Prefilled(to, length));
    }
    return x.slice(length - 1, length);
  }

  private GenerationResult.FinishReason decode(Matrix hidden) {
    Matrix x = decoder.rows(arena, 1);
    x.copyFrom(hidden);
    while (!cancelled.getAsBoolean()) {
      decoder.logits(x, logits);
      int id = sampler.next(logits.segment());
      ids.add(id);
      String piece = shown(stop.push(id));
      events.accept(token(id, piece));
      if (stop.ended()) {
        return stop.reason() == StopCondition.Reason.MAX_TOKENS
            ? GenerationResult.FinishReason.LENGTH
            : GenerationResult.FinishReason.STOP;
      }
      decoder.embed(new int[] {id}, x, 0);
      decoder.forward(x, cache);
    }
    shown(stop.finish());
    return GenerationResult.FinishReason.CANCELLED;
  }

  /// Models of the family begin an answer with a space that belongs to the template, not to the
  /// answer.
  private String shown(String piece) {
    String kept = text.isEmpty() && piece.startsWith(" ") ? piece.substring(1) : piece;
    text.append(kept);
    return kept;
  }

  private GenerationEvent.Token token(int id, String piece) {
    int count = prepared.request().topLogprobs();
    if (count < 0) {
      return new GenerationEvent.Token(id, piece, Float.NaN, List.of());
    }
    Logprobs found = Logprobs.of(logits.segment().toArray(ValueLayout.JAVA_FLOAT), id, count);
    List<Alternative> top =
        found.top().stream()
            .map(e -> new Alternative(e.id(), tokenizer.decode(new int[] {e.id()}), e.logprob()))
            .toList();
    return new GenerationEvent.Token(id, piece, found.chosen(), top);
  }

  @Override
  public void close() {
    cache.close();
    arena.close();
  }
}
