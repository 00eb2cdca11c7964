package io.smolvlm.models.engine;

import io.smolvlm.language.KvCache;
import io.smolvlm.models.engine.GenerationResult.FinishReason;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.vision.VisionTower;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A request being answered, in steps that others' steps may stand between: tiles are encoded one
/// by one, the prompt is prefilled in chunks, then tokens follow, of several answers together
/// ([DecodeStep]). All choices share tiles and prompt; each goes on from a copy of the cache.
///
/// What it computes depends on its request alone, not on what runs beside it, nor on what it finds
/// in the caches ([Reuse]): a tile's tokens are the tile's, and of the prompt's beginning it takes
/// over what it would have computed itself. One thread at a time.
final class Generation implements Choice.Listener, AutoCloseable {
  enum Stage {
    ENCODE,
    PREFILL,
    DECODE,
    ENDED
  }

  private final PreparedRequest prepared;
  private final Networks networks;
  private final Reuse reuse;
  private final double queueMillis;
  private final LongSupplier nanos;
  private final Consumer<GenerationEvent> events;

  /// Of image tokens and prompt rows, which are not needed once the prompt stands in the cache.
  private final Arena arena = Arena.ofShared();

  private final KvCache cache;
  private final List<Choice> choices = new ArrayList<>();
  private @Nullable Matrix imageTokens;

  /// Whose tokens `imageTokens` begins with.
  private int firstTile;

  private Stage stage;
  private int tilesDone;
  private int rowsDone;
  private int rowsFound;
  private int running;
  private double encodeMillis;
  private double prefillMillis;
  private boolean promptClosed;

  /// @param reuse what this request may take from the caches
  /// @param events sees what happens, on the thread that makes the steps
  Generation(
      PreparedRequest prepared,
      Networks networks,
      Reuse reuse,
      double queueMillis,
      LongSupplier nanos,
      Consumer<GenerationEvent> events) {
    this.prepared = prepared;
    this.networks = networks;
    this.reuse = reuse;
    this.queueMillis = queueMillis;
    this.nanos = nanos;
    this.events = events;
    this.stage = prepared.tiles() == 0 ? Stage.PREFILL : Stage.ENCODE;
    this.cache = networks.decoder().sequence(prepared.positions());
  }

  Stage stage() {
    return stage;
  }

  /// Positions that its caches may come to hold in all: what it may still cost.
  long positions() {
    int answers = stage == Stage.DECODE ? running : prepared.parameters().choices();
    return stage == Stage.ENDED ? 0 : (long) answers * prepared.positions();
  }

  /// Tokens of answers that have not ended.
  long tokens() {
    return choices.stream().filter(c -> !c.ended()).mapToLong(Choice::tokens).sum();
  }

  /// Answers that have not ended; none before [Stage#DECODE].
  List<Choice> running() {
    return choices.stream().filter(c -> !c.ended()).toList();
  }

  boolean has(Choice choice) {
    return choices.contains(choice);
  }

  /// Tiles still to be encoded.
  int tilesLeft() {
    return prepared.tiles() - tilesDone;
  }

  /// Prompt tokens still to be prefilled.
  int rowsLeft() {
    return prepared.prompt().length() - rowsDone;
  }

  /// What a step computed; the rest was found.
  ///
  /// @param tiles 0 or 1
  /// @param rows of the prompt
  record Advance(int tiles, int rows) {}

  /// One tile or one prefill chunk, and whatever is found on the way to it. The last chunk chooses
  /// the first token of each choice.
  ///
  /// @throws IllegalStateException in another stage
  Advance advance() {
    if (stage == Stage.DECODE || stage == Stage.ENDED) {
      throw new IllegalStateException("stage " + stage);
    }
    var watch = new Stopwatch(nanos);
    findBeginning();
    if (stage == Stage.ENCODE) {
      boolean encoded = encodeTile();
      encodeMillis += watch.lap();
      if (encoded) {
        return new Advance(1, 0);
      }
    }
    Matrix last = prefillChunk();
    prefillMillis += watch.lap();
    events.accept(new GenerationEvent.Prefilled(rowsDone, prepared.prompt().length()));
    if (rowsLeft() == 0) {
      reuse.count(rowsFound);
      begin(last);
    }
    return new Advance(0, last.rows());
  }

  /// Takes over what is known of the prompt's beginning; others may have computed it since the last
  /// step. Tiles of which no token is left to prefill need not be encoded.
  private void findBeginning() {
    int found = reuse.begin(cache);
    if (found == 0) {
      return;
    }
    rowsFound += found;
    rowsDone += found;
    List<Prompt.Tile> tiles = prepared.prompt().tiles();
    while (stage == Stage.ENCODE
        && tiles.get(tilesDone).start() + tiles.get(tilesDone).length() <= rowsDone) {
      tileDone();
    }
  }

  private void tileDone() {
    tilesDone++;
    if (tilesLeft() == 0) {
      stage = Stage.PREFILL;
    }
    events.accept(new GenerationEvent.TilesEncoded(tilesDone, prepared.tiles()));
  }

  /// Takes tiles from the cache up to the first that is not in it, and encodes that.
  ///
  /// @return whether one was encoded
  private boolean encodeTile() {
    VisionTower vision = networks.vision();
    if (vision == null) {
      throw new IllegalStateException("tiles without an encoder");
    }
    int each = vision.config().tokensPerTile();
    if (imageTokens == null) {
      firstTile = tilesDone;
      imageTokens = Matrix.allocate(arena, tilesLeft() * each, networks.text().hiddenSize());
    }
    while (stage == Stage.ENCODE) {
      int tile = tilesDone;
      Matrix tokens = imageTokens.slice((tile - firstTile) * each, (tile - firstTile + 1) * each);
      boolean found = reuse.findTile(tile, tokens);
      if (!found) {
        try (Arena call = Arena.ofConfined()) {
          vision.encode(prepared.pixelValues(call, tile), tokens);
        }
        reuse.keepTile(tile, tokens);
      }
      tileDone();
      if (!found) {
        return true;
      }
    }
    return false;
  }

  /// @return the chunk's rows
  private Matrix prefillChunk() {
    int to = reuse.chunkEnd(rowsDone);
    Matrix chunk = networks.decoder().rows(arena, to - rowsDone);
    prepared.embed(
        networks.decoder(),
        imageTokens == null ? networks.decoder().rows(arena, 0) : imageTokens,
        imageTokens == null ? prepared.tiles() : firstTile,
        rowsDone,
        chunk);
    networks.decoder().forward(chunk, cache);
    rowsDone = to;
    reuse.keep(cache);
    return chunk;
  }

  /// @param last rows of the prompt
  private void begin(Matrix last) {
    Matrix logits = Matrix.allocate(arena, 1, networks.text().vocabularySize());
    networks.decoder().logits(last.slice(last.rows() - 1, last.rows()), logits);
    int count = prepared.parameters().choices();
    for (int i = 0; i < count; i++) {
      choices.add(new Choice(i, prepared, networks, i == 0 ? cache : cache.copy(), this));
    }
    stage = Stage.DECODE;
    running = count;
    for (Choice choice : choices) {
      choice.begin(logits);
    }
    closePrompt();
  }

  @Override
  public void token(GenerationEvent.Token token) {
    events.accept(token);
  }

  @Override
  public void ended(Choice choice, String rest) {
    running--;
    if (running == 0) {
      stage = Stage.ENDED;
    }
    events.accept(
        new GenerationEvent.Finished(choice.index(), rest, choice.result(rowsFound, timings())));
  }

  /// Ends all answers from outside, also those that have not begun.
  void end(FinishReason why) {
    if (stage == Stage.ENCODE || stage == Stage.PREFILL) {
      stage = Stage.ENDED;
      for (int i = 0; i < prepared.parameters().choices(); i++) {
        events.accept(new GenerationEvent.Finished(i, "", nothing(why)));
      }
    } else {
      running().forEach(choice -> choice.end(why));
    }
  }

  private GenerationResult nothing(FinishReason why) {
    return GenerationResult.nothing(prepared, why, timings());
  }

  private GenerationResult.Timings timings() {
    return new GenerationResult.Timings(
        queueMillis,
        prepared.resizeMillis(),
        encodeMillis,
        prefillMillis,
        0,
        prepared.tiles(),
        prepared.grids());
  }

  private void closePrompt() {
    if (!promptClosed) {
      promptClosed = true;
      arena.close();
    }
  }

  @Override
  public void close() {
    stage = Stage.ENDED;
    closePrompt();
    cache.close();
    choices.forEach(Choice::close);
  }
}
