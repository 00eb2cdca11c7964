package io.smolvlm.models;

import io.smolvlm.language.ChatTemplate;
import io.smolvlm.language.Decoder;
import io.smolvlm.language.Decoder.Prompts;
import io.smolvlm.language.DecoderWeights;
import io.smolvlm.language.KvCache;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.models.engine.Admission;
import io.smolvlm.models.engine.AnswerParameters;
import io.smolvlm.models.engine.ContextLengthException;
import io.smolvlm.models.engine.Engine;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.models.engine.Networks;
import io.smolvlm.models.engine.PreparedRequest;
import io.smolvlm.models.engine.Prompt;
import io.smolvlm.models.engine.Stopwatch;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.LargePages;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.torch.Arithmetic;
import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.ImageProcessor;
import io.smolvlm.vision.PixelTiles;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.VisionTower;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A model of the family, loaded and ready to answer.
///
/// ```java
/// try (var model = SmolVlm.load("tiny")) {
///   var picture = new ImageReader().read(Path.of("scene.png"));
///   var request = GenerationRequest.of(List.of(Message.user(1, "Describe the picture.")), List.of(picture));
///   GenerationResult answer = model.generate(request, event -> {});
///   System.out.println(answer.text());
/// }
/// ```
///
/// Safe for use by many threads; their requests share one [Engine]. Owns all native memory and
/// threads of the model; [#close] gives them back and may be called twice.
public final class SmolVlm implements AutoCloseable {
  private static final Logger LOG = System.getLogger(SmolVlm.class.getName());

  /// Below this many multiply-adds for a tile or a prompt of a tile's length, kernels finish before
  /// libtorch has been loaded (half a second).
  private static final double TORCH_PAYS = 4e9;

  /// Most bytes that a decoder's layers take once more, in bfloat16, for prompts beside packed
  /// ones.
  private static final long PROMPT_BYTES = 4L << 30;

  private static final Duration NO_DEADLINE = Duration.ofDays(1000);

  private final Checkpoint checkpoint;
  private final ModelConfig config;
  private final Tokenizer tokenizer;
  private final @Nullable ImageProcessor processor;
  private final @Nullable VisionTower vision;
  private final Decoder decoder;
  private final @Nullable PromptExpander expander;
  private final Team team;
  private final Engine engine;
  private final Precision precision;
  private final boolean caches;
  private final Arena arena = Arena.ofShared();
  private boolean closed;

  private SmolVlm(Checkpoint checkpoint, LoadOptions options) {
    this.checkpoint = checkpoint;
    this.config = checkpoint.config();
    this.tokenizer = checkpoint.tokenizer();
    this.team = new Team(options.threads());
    boolean torch = throughTorch(config, options);
    boolean halves = halves(config, options);
    this.precision = options.precision().resolve(halves);
    if (torch && precision == Precision.BF16 && !halves) {
      LOG.log(
          Level.WARNING,
          "bf16: this processor is no faster in bfloat16, so pictures and prompts are float32");
    }
    var weights = new NetworkWeights(checkpoint.weights(), arena, team, torch);
    this.decoder = decoder(weights, torch, halves);
    PictureConfig pictures = config.pictures().orElse(null);
    this.processor = pictures == null ? null : new ImageProcessor(pictures.processor());
    this.vision =
        pictures == null
            ? null
            : new VisionTower(
                pictures.encoder(),
                weights.vision(pictures.encoder()),
                team,
                torch ? precision.encoder(halves) : null);
    this.expander =
        checkpoint
            .chatTemplate()
            .map(t -> ChatTemplate.of(t.file(), t.text(), config.specialTokens().named()))
            .map(t -> expander(t, pictures))
            .orElse(null);
    this.caches = options.engine().imageCacheBytes() > 0 || options.engine().prefixCacheBytes() > 0;
    this.engine =
        new Engine(new Networks(config.generation(), tokenizer, decoder, vision), options.engine());
    LOG.log(
        Level.DEBUG,
        "{0}: {1}, {2} decoder layers of {3}, context {4}, {5} threads, {6}, {7}",
        checkpoint.path(),
        config.modelType(),
        config.text().layers(),
        config.text().hiddenSize(),
        config.text().maxPositions(),
        options.threads(),
        torch ? "libtorch for many rows" : "kernels only",
        halves ? precision + " with bfloat16" : precision);
  }

  private static boolean throughTorch(ModelConfig config, LoadOptions options) {
    return switch (options.executor()) {
      case TORCH -> true;
      case KERNELS -> false;
      case AUTO -> work(config) > TORCH_PAYS;
    };
  }

  /// Whether libtorch computes in bfloat16 what may be rounded.
  private static boolean halves(ModelConfig config, LoadOptions options) {
    return options.precision() != Precision.EXACT
        && throughTorch(config, options)
        && MeasuredSpeed.ofUser().bfloat16Pays();
  }

  /// What the precision of these options means for a model here; never [Precision#AUTO].
  public static Precision precision(ModelConfig config, LoadOptions options) {
    return options.precision().resolve(halves(config, options));
  }

  private Decoder decoder(NetworkWeights weights, boolean torch, boolean halves) {
    Arithmetic arithmetic = halves ? Arithmetic.BFLOAT16 : Arithmetic.FLOAT32;
    if (precision.layers().isEmpty()) {
      DecoderWeights stored = weights.decoder();
      return new Decoder(
          config.text(), stored, team, torch ? new Prompts(_ -> stored, arithmetic) : null);
    }
    DecoderWeights packed =
        PackedCopies.ofUser()
            .decoder(checkpoint.weights(), weights, precision, team, new LargePages(arena));
    // In float32 the kernels are as fast and need no second copy.
    boolean through = halves && 2 * config.text().layerParameters() <= PROMPT_BYTES;
    return new Decoder(
        config.text(),
        packed,
        team,
        through ? new Prompts(passing -> weights.halves(packed, passing), arithmetic) : null);
  }

  private PromptExpander expander(ChatTemplate template, @Nullable PictureConfig pictures) {
    return pictures == null
        ? PromptExpander.textOnly(tokenizer, template)
        : PromptExpander.of(
            tokenizer, template, config.specialTokens(), pictures.encoder().tokensPerTile());
  }

  /// Multiply-adds of one tile through the encoder.
  private static double work(ModelConfig config) {
    double text =
        (double) config.text().layers()
            * config.text().hiddenSize()
            * config.text().intermediateSize()
            * 4;
    double tile =
        config
            .pictures()
            .map(PictureConfig::encoder)
            .map(e ->
                (double) e.patches()
                    * e.layers()
                    * e.hiddenSize()
                    * (4.0 * e.hiddenSize() + 2.0 * e.intermediateSize()))
            .orElse(0.0);
    return Math.max(tile, text * 512);
  }

  /// Loads what [ModelCatalog#resolve] finds on this machine, with [LoadOptions#defaults]. Models
  /// of the hub that are not there yet are fetched by [io.smolvlm.models.hub.Hub#pull].
  ///
  /// @throws SmolVlmException naming file, place and rule when there is no such model or it is
  ///   broken
  public static SmolVlm load(String reference) {
    return load(new ModelCatalog().resolve(reference, null), LoadOptions.defaults());
  }

  /// Loads a checkpoint and takes it over, also when loading fails.
  ///
  /// @throws SmolVlmException naming file, place and rule when it is broken
  public static SmolVlm load(Checkpoint checkpoint, LoadOptions options) {
    boolean loaded = false;
    try {
      var model = new SmolVlm(checkpoint, options);
      loaded = true;
      return model;
    } finally {
      if (!loaded) {
        checkpoint.close();
      }
    }
  }

  public ModelConfig config() {
    return config;
  }

  /// In which numbers the decoder's weights are kept; never [Precision#AUTO].
  public Precision precision() {
    return precision;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /// A picture as the encoder will see it.
  ///
  /// @throws SmolVlmException [ErrorCode#INVALID_VALUE] when the options cannot be met, or the
  ///   model reads text only
  public PixelTiles tiles(RgbImage image, ImageOptions options) {
    if (processor == null) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "pictures: found one, this model (" + config.modelType() + ") reads text only");
    }
    return processor.process(image, options);
  }

  /// The prompt of a request, as text and as ids.
  ///
  /// @throws SmolVlmException when pictures or messages cannot be put into this model's prompt
  public Prompt prompt(GenerationRequest request) {
    return prepare(request).prompt();
  }

  /// Pictures to tiles, messages to ids: what can be done on the caller's thread.
  ///
  /// @throws SmolVlmException when pictures, messages or parameters cannot be put to this model;
  ///   [ContextLengthException] when they leave no room for an answer
  public PreparedRequest prepare(GenerationRequest request) {
    var watch = new Stopwatch(System::nanoTime);
    List<PixelTiles> pictures = new ArrayList<>();
    for (RgbImage image : request.images()) {
      pictures.add(tiles(image, request.imageOptions()));
    }
    double resizeMillis = watch.lap();
    if (expander == null) {
      throw new SmolVlmException(
          ErrorCode.MISSING,
          checkpoint.path() + ": chat template: found none, needed one to write messages");
    }
    Prompt prompt =
        expander.expand(
            request.messages(),
            pictures.stream()
                .map(p -> new PromptExpander.Grid(p.grid().rows(), p.grid().cols()))
                .toList());
    PreparedRequest prepared = prepared(request.parameters(), prompt, pictures, resizeMillis);
    return caches ? prepared.hashed() : prepared;
  }

  /// Token ids to go on from, which no template writes anything around.
  ///
  /// @param ids at least one, each with a row in the embedding table
  /// @throws SmolVlmException as [#prepare(GenerationRequest)]
  public PreparedRequest prepare(int[] ids, AnswerParameters parameters) {
    int vocabulary = config.text().vocabularySize();
    if (ids.length == 0) {
      throw new SmolVlmException(ErrorCode.INVALID_VALUE, "prompt: found no tokens, needed one");
    }
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw new SmolVlmException(
            ErrorCode.INVALID_VALUE,
            "prompt: found token " + id + ", allowed 0 to " + (vocabulary - 1));
      }
    }
    return prepared(parameters, Prompt.of(tokenizer.decode(ids), ids), List.of(), 0);
  }

  private PreparedRequest prepared(
      AnswerParameters parameters, Prompt prompt, List<PixelTiles> pictures, double resizeMillis) {
    int vocabulary = config.text().vocabularySize();
    for (int id : parameters.logitBias().keySet()) {
      if (id < 0 || id >= vocabulary) {
        throw new SmolVlmException(
            ErrorCode.INVALID_VALUE,
            "logit_bias: found token " + id + ", allowed 0 to " + (vocabulary - 1));
      }
    }
    int room = config.text().maxPositions() - prompt.length();
    if (room < 1) {
      throw new ContextLengthException(config.text().maxPositions(), prompt);
    }
    return new PreparedRequest(
        parameters, prompt, pictures, Math.min(parameters.maxTokens(), room), resizeMillis);
  }

  /// Takes requests of all callers and answers them.
  public Engine engine() {
    return engine;
  }

  /// Answers a request with one choice.
  ///
  /// @param events sees what happens, on the calling thread, tokens as they come
  /// @throws SmolVlmException when the request cannot be answered by this model
  public GenerationResult generate(GenerationRequest request, Consumer<GenerationEvent> events) {
    return generate(request, events, () -> false);
  }

  /// Answers a request with one choice until `cancelled` says true, which is asked at each event. A
  /// cancelled answer holds what `events` has seen.
  ///
  /// No deadline; what the engine bounds it bounds for these calls as well, so that many of them at
  /// once may be refused with [OverloadedException].
  ///
  /// @throws IllegalArgumentException for several choices; see [Engine#submit]
  public GenerationResult generate(
      GenerationRequest request, Consumer<GenerationEvent> events, BooleanSupplier cancelled) {
    if (request.parameters().choices() != 1) {
      throw new IllegalArgumentException(request.parameters().choices() + " choices");
    }
    return new Answering(events, cancelled)
        .read(engine.submit(prepare(request), new Admission("", NO_DEADLINE)));
  }

  /// Runs the prompt of a request once and shows every stage on the way: `pixel_values` `[tiles, 3
  /// * side * side]`, for each tile `patch_embeds`, `vision_embeddings`, `vision_layer_i`,
  ///   `vision_last_hidden_state`, `pixel_shuffle` and `connector`, then `inputs_embeds`,
  ///   `layer_i`, `final_norm` and `logits`, `[prompt, ..]` each.
  ///
  /// @param throughTorch which executor
  /// @param watcher copies what it wants to keep
  public void watch(
      GenerationRequest request, boolean throughTorch, BiConsumer<String, Matrix> watcher) {
    PreparedRequest prepared = prepare(request);
    engine.run(() -> watch(prepared, throughTorch, watcher));
  }

  private void watch(
      PreparedRequest prepared, boolean throughTorch, BiConsumer<String, Matrix> watcher) {
    try (Arena call = Arena.ofShared();
        KvCache cache = new KvCache(config.text())) {
      Matrix tokens = Matrix.allocate(call, 0, config.text().hiddenSize());
      if (vision != null && prepared.tiles() > 0) {
        int each = vision.config().tokensPerTile();
        int side = vision.config().patchesPerSide();
        tokens = Matrix.allocate(call, prepared.tiles() * each, vision.tokenWidth());
        int done = 0;
        for (PixelTiles picture : prepared.pictures()) {
          watcher.accept("pixel_values", picture.pixelValues(call));
          for (int tile = 0; tile < picture.tiles(); tile++, done++) {
            vision.watch(
                picture.pixelValues(call, tile),
                side,
                side,
                throughTorch,
                tokens.slice(done * each, (done + 1) * each),
                watcher);
          }
        }
      }
      Matrix x = prepared.embed(decoder, tokens, call);
      watcher.accept("inputs_embeds", x);
      decoder.watch(x, cache, throughTorch, watcher);
      Matrix logits = Matrix.allocate(call, x.rows(), config.text().vocabularySize());
      decoder.logits(x, logits);
      watcher.accept("logits", logits);
    }
  }

  /// Does something with the networks, alone with them, on the engine's thread.
  ///
  /// @param task gets the decoder, and the encoder or null where there is none
  void withNetworks(BiConsumer<Decoder, @Nullable VisionTower> task) {
    engine.run(() -> task.accept(decoder, vision));
  }

  /// Tensors of the checkpoint that no part of the model uses, in the order of the files.
  public List<String> unusedTensors() {
    return checkpoint.weights().unused();
  }

  /// The encoder's configuration; empty when the model reads text only.
  public Optional<PictureConfig> pictures() {
    return config.pictures();
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      engine.close();
      if (vision != null) {
        vision.close();
      }
      decoder.close();
      team.close();
      checkpoint.close();
      arena.close();
    }
  }
}
