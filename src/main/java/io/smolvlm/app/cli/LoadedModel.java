package io.smolvlm.app.cli;

import io.smolvlm.language.grammar.TokenVocabulary;
import io.smolvlm.language.tools.Tool;
import io.smolvlm.language.tools.ToolGrammar;
import io.smolvlm.models.Benchmark;
import io.smolvlm.models.Checkpoint;
import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.ModelCatalog;
import io.smolvlm.models.Precision;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.VideoPrompt;
import io.smolvlm.models.engine.AnswerParameters;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.models.engine.Prompt;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The model of a command, and how long it took to load.
final class LoadedModel implements AutoCloseable {
  private static final Duration NO_END = Duration.ofDays(365);

  private final SmolVlm model;
  private final Path path;
  private final String reference;
  private final double loadMillis;
  private final Terminal terminal;

  private LoadedModel(
      SmolVlm model, Path path, String reference, double loadMillis, Terminal terminal) {
    this.model = model;
    this.path = path;
    this.reference = reference;
    this.loadMillis = loadMillis;
    this.terminal = terminal;
  }

  /// @throws FormatException or [BadModelException] when it cannot be used
  static LoadedModel open(ModelOptions options, Terminal terminal) {
    return open(options, loadOptions(options.precision()), terminal);
  }

  /// As [#open(ModelOptions, Terminal)], but `auto` is exact: for what is held against the
  /// reference.
  static LoadedModel openToCompare(ModelOptions options, Terminal terminal) {
    Precision asked = options.precision();
    return open(options, loadOptions(asked == Precision.AUTO ? Precision.EXACT : asked), terminal);
  }

  /// As [#open(ModelOptions, Terminal)], to run otherwise.
  static LoadedModel open(ModelOptions options, LoadOptions load, Terminal terminal) {
    String reference = options.reference();
    if (new ModelCatalog().isDemonstration(reference)) {
      terminal.message(
          "'%s' is a demonstration model: it knows drawn shapes, charts, short forms and receipts, no photographs"
              .formatted(reference));
    } else if (options.automatic()) {
      terminal.message(
          "using %s, found in the hub's cache; --model or SMOLVLM_MODEL names another"
              .formatted(reference));
    }
    Checkpoint checkpoint =
        new ModelCatalog().obtain(reference, options.mmproj, new PullProgress(terminal));
    terminal.progress("loading " + reference);
    long began = System.nanoTime();
    SmolVlm model = refusing(() -> SmolVlm.load(checkpoint, load));
    double millis = (System.nanoTime() - began) / 1e6;
    terminal.clearProgress();
    return new LoadedModel(model, checkpoint.path(), reference, millis, terminal);
  }

  /// One request at a time, and somebody who can end the program: however long a step takes, on a
  /// large model or a busy machine, it is waited for.
  static LoadOptions loadOptions(Precision precision) {
    LoadOptions usual = LoadOptions.defaults();
    return usual.with(precision).with(usual.engine().withPatience(NO_END));
  }

  /// The model's files, without loading what they hold; nothing is fetched.
  ///
  /// @throws SmolVlmException as [ModelCatalog#resolve] does
  static Checkpoint checkpoint(ModelOptions options) {
    var catalog = new ModelCatalog();
    return catalog.resolve(
        options.reference(), options.mmproj == null ? null : catalog.located(options.mmproj));
  }

  /// Does something that reads a model: whatever it refuses lies in the model.
  static <T> T refusing(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (FormatException e) {
      throw e;
    } catch (SmolVlmException e) {
      throw e.code() == ErrorCode.INVALID_VALUE ? e : new BadModelException(e);
    }
  }

  /// Answers; ends early when nobody reads the output any more.
  GenerationResult generate(GenerationRequest request, Consumer<GenerationEvent> events) {
    return model.generate(request, events, () -> terminal.out().checkError());
  }

  /// The same request, to be answered by one call of one of these functions.
  GenerationRequest calling(GenerationRequest request, List<Tool> tools) {
    var vocabulary =
        TokenVocabulary.of(
            model.tokenizer(),
            model.config().text().vocabularySize(),
            model.config().generation().endTokens());
    AnswerParameters parameters = request.parameters();
    return request.withParameters(
        parameters.toBuilder().grammar(ToolGrammar.forced(tools, 1, vocabulary)).build());
  }

  /// How frames of a video are resized.
  ///
  /// @throws SmolVlmException when the model reads text only
  ImageOptions videoOptions() {
    return model
        .pictures()
        .map(VideoPrompt::options)
        .orElseThrow(() ->
            new SmolVlmException(
                ErrorCode.INVALID_VALUE,
                "model '" + reference + "' reads text only, it takes no videos"));
  }

  /// The long side in pixels in which pages are drawn; 1 for a model that reads text only, which
  /// refuses pictures of any size.
  int longestEdge(ImageOptions options) {
    return model.pictures().map(p -> p.longestEdge(options)).orElse(1);
  }

  Prompt prompt(GenerationRequest request) {
    return model.prompt(request);
  }

  /// Shows every stage of one pass over the prompt, see [SmolVlm#watch].
  void watch(GenerationRequest request, BiConsumer<String, Matrix> watcher) {
    model.watch(request, false, watcher);
  }

  /// Measures this model, which stays open.
  Benchmark benchmark() {
    return new Benchmark(model);
  }

  /// Whether it takes pictures.
  boolean sees() {
    return model.pictures().isPresent();
  }

  double loadMillis() {
    return loadMillis;
  }

  /// The hash of the weights; empty when they do not lie in one `model.safetensors`.
  Optional<String> weightsSha256() {
    Path file = path.resolve("model.safetensors");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return Optional.of(HexFormat.of().formatHex(digest.digest()));
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new SmolVlmException(ErrorCode.MISSING, file + ": cannot be read", e);
    }
  }

  Map<String, Object> fields(GenerationResult result) {
    return ResultFields.of(result, reference, loadMillis);
  }

  @Override
  public void close() {
    model.close();
  }
}
