package io.smolvlm.models;

import io.smolvlm.language.Decoder;
import io.smolvlm.language.KvCache;
import io.smolvlm.language.Message;
import io.smolvlm.language.SamplingParameters;
import io.smolvlm.models.engine.Admission;
import io.smolvlm.models.engine.AnswerParameters;
import io.smolvlm.models.engine.EngineOptions;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.TokenStream;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.RgbImage;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// How long a loaded model takes for each stage of an answer, one at a time, in milliseconds. What
/// is computed is of random tokens and drawn pictures, another one each time, so that no cache
/// helps. For one thread.
public final class Benchmark implements AutoCloseable {
  /// Prompt tokens of a step, as many as the engine takes.
  private static final int CHUNK = EngineOptions.defaults().prefillChunk();

  /// Tokens of an answer.
  private static final int CAPTION = 32;

  private static final String DESCRIBE = "Describe the picture.";

  private static final ImageOptions FEW_TILES =
      new ImageOptions(ImageOptions.Split.MODEL, 0, false);

  private final SmolVlm model;
  private final Random random = new Random(1);

  /// Sequences of so many positions, to go on from.
  private final Map<Integer, KvCache> filled = new HashMap<>();

  /// @param model stays the caller's
  public Benchmark(SmolVlm model) {
    this.model = model;
  }

  /// Whether the model can be asked for so many positions.
  public boolean reaches(int positions) {
    return positions <= model.config().text().maxPositions();
  }

  /// So many tiles through encoder and connector, one after the other.
  ///
  /// @throws IllegalStateException for a model that reads text only
  public double tiles(int count) {
    double[] millis = new double[1];
    model.withNetworks((_, vision) -> {
      if (vision == null) {
        throw new IllegalStateException("a text model has no tiles");
      }
      int side = vision.config().imageSize();
      try (Arena arena = Arena.ofShared()) {
        Matrix pixels = Matrix.allocate(arena, 3, side * side);
        for (int i = 0; i < side * side; i++) {
          for (int colour = 0; colour < 3; colour++) {
            pixels.set(colour, i, 2 * random.nextFloat() - 1);
          }
        }
        Matrix tokens =
            Matrix.allocate(arena, vision.config().tokensPerTile(), vision.tokenWidth());
        long began = System.nanoTime();
        for (int i = 0; i < count; i++) {
          vision.encode(pixels, tokens);
        }
        millis[0] = millisSince(began);
      }
    });
    return millis[0];
  }

  /// A prompt of so many tokens, in steps as the engine takes them, and the logits behind its last.
  public double prefill(int tokens) {
    double[] millis = new double[1];
    model.withNetworks((decoder, _) -> {
      try (KvCache cache = decoder.sequence(tokens)) {
        millis[0] = fill(decoder, cache, tokens);
      }
    });
    return millis[0];
  }

  private double fill(Decoder decoder, KvCache cache, int tokens) {
    try (Arena arena = Arena.ofShared()) {
      Matrix x = decoder.rows(arena, Math.min(tokens, CHUNK));
      Matrix logits = Matrix.allocate(arena, 1, decoder.config().vocabularySize());
      long began = System.nanoTime();
      for (int from = 0; from < tokens; from += CHUNK) {
        Matrix rows = x.slice(0, Math.min(CHUNK, tokens - from));
        decoder.embed(ids(rows.rows()), rows, 0);
        decoder.forward(rows, cache);
        if (from + rows.rows() == tokens) {
          decoder.logits(rows.slice(rows.rows() - 1, rows.rows()), logits);
        }
      }
      return millisSince(began);
    }
  }

  private int[] ids(int count) {
    return random.ints(count, 0, model.config().text().vocabularySize()).toArray();
  }

  /// One step of several sequences together, the mean of some steps.
  ///
  /// @param depth positions that each sequence has before
  /// @param batch sequences
  /// @param steps at least 1
  public double decode(int depth, int batch, int steps) {
    double[] millis = new double[1];
    model.withNetworks((decoder, _) -> {
      List<KvCache> caches = new ArrayList<>();
      try (Arena arena = Arena.ofShared()) {
        List<Decoder.Rows> rows = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
          KvCache cache =
              depth == 0 ? decoder.sequence(depth + steps) : filled(decoder, depth).copy();
          caches.add(cache);
          cache.reserve(steps);
          rows.add(new Decoder.Rows(cache, 1));
        }
        Matrix x = decoder.rows(arena, batch);
        Matrix logits = Matrix.allocate(arena, batch, decoder.config().vocabularySize());
        long began = System.nanoTime();
        for (int step = 0; step < steps; step++) {
          decoder.embed(ids(batch), x, 0);
          decoder.forward(x, rows);
          decoder.logits(x, logits);
        }
        millis[0] = millisSince(began) / steps;
      } finally {
        caches.forEach(KvCache::close);
      }
    });
    return millis[0];
  }

  private KvCache filled(Decoder decoder, int depth) {
    return filled.computeIfAbsent(
        depth,
        _ -> {
          KvCache cache = decoder.sequence(decoder.config().maxPositions());
          fill(decoder, cache, depth);
          return cache;
        });
  }

  /// From a picture in memory to the first token of an answer about it, resizing included.
  public double firstToken(int width, int height) {
    return firstToken(drawn(width, height), DESCRIBE, ImageOptions.MODEL);
  }

  /// As [#firstToken] for a picture that is not enlarged: of the fewest tiles that hold it.
  public double firstTokenOfFewTiles(int width, int height) {
    return firstToken(drawn(width, height), DESCRIBE, FEW_TILES);
  }

  /// As [#firstToken] for another question about a picture that was asked about just before.
  public double firstTokenAgain(int width, int height) {
    RgbImage image = drawn(width, height);
    firstToken(image, DESCRIBE, ImageOptions.MODEL);
    return firstToken(image, "Which colours are there, and where?", ImageOptions.MODEL);
  }

  /// Answers of [#CAPTION] tokens about so many pictures of one tile, all handed over at once:
  /// until the last has ended. Tokens are drawn, so that no answer repeats itself and is drafted.
  public double captions(int count) {
    var parameters =
        AnswerParameters.DEFAULT.toBuilder()
            .sampling(SamplingParameters.GREEDY.withTemperature(1).withSeed(random.nextLong()))
            .maxTokens(CAPTION)
            .ignoreEos(true)
            .build();
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(
          GenerationRequest.of(List.of(Message.user(1, DESCRIBE)), List.of(drawn(512, 512)))
              .withImageOptions(FEW_TILES)
              .withParameters(parameters));
    }
    long began = System.nanoTime();
    var client = Admission.of("benchmark");
    List<TokenStream> streams =
        requests.stream().map(r -> model.engine().submit(model.prepare(r), client)).toList();
    try {
      for (TokenStream stream : streams) {
        while (!stream.ended()) {
          stream.next(Duration.ofSeconds(1));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      streams.forEach(TokenStream::cancel);
    }
    return millisSince(began);
  }

  private double firstToken(RgbImage image, String question, ImageOptions options) {
    var request =
        GenerationRequest.of(List.of(Message.user(1, question)), List.of(image))
            .withImageOptions(options)
            .withMaxTokens(1);
    double[] first = {Double.NaN};
    long began = System.nanoTime();
    model.generate(
        request,
        event -> {
          if (event instanceof GenerationEvent.Token && Double.isNaN(first[0])) {
            first[0] = millisSince(began);
          }
        });
    // The end token itself is no event.
    return Double.isNaN(first[0]) ? millisSince(began) : first[0];
  }

  /// Soft colours, somewhere else each time, and a little noise.
  private RgbImage drawn(int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    double across = 2 + 6 * random.nextDouble();
    double down = 2 + 6 * random.nextDouble();
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % width;
      int y = i / 3 / width;
      double wave = Math.sin(across * x / width + i % 3) * Math.cos(down * y / height);
      rgb[i] = (byte) (128 + 110 * wave + random.nextInt(16));
    }
    return new RgbImage(width, height, rgb);
  }

  private static double millisSince(long began) {
    return (System.nanoTime() - began) / 1e6;
  }

  @Override
  public void close() {
    filled.values().forEach(KvCache::close);
    filled.clear();
  }
}
