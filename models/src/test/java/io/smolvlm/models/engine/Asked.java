package io.smolvlm.models.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.Message;
import io.smolvlm.language.SamplingParameters;
import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.ModelCatalog;
import io.smolvlm.models.Precision;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.vision.ImageReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Models and requests of the engine's tests.
final class Asked {
  private static final Path REFERENCE = Fixtures.projectRoot().resolve("samples/reference");

  private Asked() {}

  /// The text miniature with random weights: never at a loss for words.
  static SmolVlm textModel() {
    return load("fixtures/tiny/llama_text", new LoadOptions(1, LoadOptions.Executor.KERNELS));
  }

  /// The pilot checkpoint, which sees.
  static SmolVlm pilot(int threads, LoadOptions.Executor executor) {
    return pilot(new LoadOptions(threads, executor).with(Precision.EXACT));
  }

  static SmolVlm pilot(LoadOptions options) {
    return load("pilot/checkpoint", options);
  }

  private static SmolVlm load(String folder, LoadOptions options) {
    return SmolVlm.load(
        new ModelCatalog().resolve(REFERENCE.resolve(folder).toString(), null), options);
  }

  /// Options for so many answers at a time, the rest generous.
  static EngineOptions answers(int most) {
    return EngineOptions.defaults().withQueue(most, 64, Duration.ofMinutes(1), 1L << 30);
  }

  /// Tokens drawn at temperature 1.5 until there are so many.
  static AnswerParameters drawn(long seed, int tokens) {
    return AnswerParameters.DEFAULT.toBuilder()
        .sampling(SamplingParameters.GREEDY.withTemperature(1.5f).withSeed(seed))
        .maxTokens(tokens)
        .ignoreEos(true)
        .build();
  }

  static PreparedRequest text(SmolVlm model, String text, AnswerParameters parameters) {
    return model.prepare(
        GenerationRequest.of(List.of(Message.user(0, text)), List.of()).withParameters(parameters));
  }

  /// A question about pictures of the pilot, by their numbers.
  static PreparedRequest pictures(
      SmolVlm model, String text, AnswerParameters parameters, String... files) {
    var images = new ArrayList<io.smolvlm.vision.RgbImage>();
    for (String file : files) {
      images.add(new ImageReader().read(REFERENCE.resolve("pilot/samples").resolve(file)));
    }
    return model.prepare(
        GenerationRequest.of(List.of(Message.user(files.length, text)), images)
            .withParameters(parameters));
  }

  static Submission submission(
      PreparedRequest prepared, String client, long now, Duration deadline) {
    return new Submission(
        prepared, client, new TokenStream(() -> now), now, now + deadline.toNanos());
  }

  /// All events of a stream up to its end.
  static List<GenerationEvent> read(TokenStream stream) {
    List<GenerationEvent> events = new ArrayList<>();
    try {
      long began = System.nanoTime();
      while (!stream.ended()) {
        Optional<GenerationEvent> event = stream.next(Duration.ofSeconds(1));
        event.ifPresent(events::add);
        assertTrue(System.nanoTime() - began < 120e9, "the stream does not end: " + events);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return events;
  }

  /// What has come so far.
  static List<GenerationEvent> soFar(TokenStream stream) {
    List<GenerationEvent> events = new ArrayList<>();
    try {
      for (var e = stream.next(Duration.ZERO); e.isPresent(); e = stream.next(Duration.ZERO)) {
        events.add(e.get());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return events;
  }

  static <E extends GenerationEvent> List<E> only(List<GenerationEvent> events, Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /// The ids of each choice, in the order of the choices.
  static List<List<Integer>> ids(List<GenerationEvent> events) {
    return only(events, GenerationEvent.Finished.class).stream()
        .sorted(java.util.Comparator.comparingInt(GenerationEvent.Finished::choice))
        .map(f -> f.result().ids())
        .toList();
  }

  static AnswerParameters with(
      AnswerParameters parameters, UnaryOperator<AnswerParameters.Builder> change) {
    return change.apply(parameters.toBuilder()).build();
  }
}
