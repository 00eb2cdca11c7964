package io.smolvlm.models.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.ContentPart;
import io.smolvlm.language.Message;
import io.smolvlm.language.RopeScaling;
import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.ModelFolder;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.Weight;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.RgbImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SynthesizerTest {
  private static final String SEEING = "SmolVLM-256M-Instruct";

  @TempDir Path scratch;

  /// One of each vocabulary and template.
  @ParameterizedTest
  @ValueSource(
      strings = {
        SEEING,
        "SmolVLM-Instruct",
        "SmolVLM-Base",
        "SmolVLM-256M-Base",
        "SmolVLM2-2.2B-Instruct",
        "SmolDocling-256M-preview",
        "granite-docling-258M",
        "Idefics3-8B-Llama3"
      })
  void memberAnswersAPicture(String member) throws IOException {
    Path folder = SmallModels.write(member, DType.BF16, scratch.resolve("m"));
    var image = new RgbImage(40, 30, new byte[40 * 30 * 3]);
    var request =
        GenerationRequest.of(List.of(Message.user(1, "What is it?")), List.of(image))
            .withMaxTokens(3);
    try (var model = load(folder)) {
      var result = model.generate(request, event -> {});
      assertTrue(result.ids().size() <= 3 && !result.ids().isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SmolLM-135M-Instruct", "SmolLM2-1.7B-Instruct"})
  void memberAnswersText(String member) throws IOException {
    Path folder = SmallModels.write(member, DType.F32, scratch.resolve("m"));
    var message = new Message("user", List.of(new ContentPart.Text("Hello, 42.")));
    try (var model = load(folder)) {
      var request = GenerationRequest.of(List.of(message), List.of()).withMaxTokens(3);
      assertFalse(model.generate(request, event -> {}).ids().isEmpty());
    }
  }

  private static SmolVlm load(Path folder) {
    return SmolVlm.load(ModelFolder.open(folder), new LoadOptions(1, LoadOptions.Executor.KERNELS));
  }

  @Test
  void configurationIsReadBackAsItWas() throws IOException {
    for (RopeScaling scaling :
        List.of(new RopeScaling.None(), new RopeScaling.Llama3(8, 1, 4, 128))) {
      ModelConfig config = SmallModels.config(SEEING, DType.F16, scaling);
      Path folder = scratch.resolve(scaling.getClass().getSimpleName());
      SmallModels.of(SEEING, config, 1, DType.F16, 1 << 30).write(folder, (_, _) -> {});
      try (var read = ModelFolder.open(folder)) {
        assertEquals(config.text(), read.config().text());
        assertEquals(config.modelType(), read.config().modelType());
        assertEquals("float16", read.config().storedType());
        var pictures = config.pictures().orElseThrow();
        assertEquals(pictures.encoder(), read.config().pictures().orElseThrow().encoder());
        assertEquals(pictures.imageToken(), read.config().pictures().orElseThrow().imageToken());
        assertEquals(config.generation().endTokens(), read.config().generation().endTokens());
        assertEquals(49_280, read.tokenizer().vocabularySize());
        assertTrue(read.weights().unused().isEmpty());
      }
    }
  }

  @Test
  void seedDecidesTheWeightsAndShardsDoNot() throws IOException {
    ModelConfig config = SmallModels.config(SEEING, DType.BF16);
    var whole = SmallModels.of(SEEING, config, 7, DType.BF16, 1L << 30);
    var cut = SmallModels.of(SEEING, config, 7, DType.BF16, 7_000_000);
    var other = SmallModels.of(SEEING, config, 8, DType.BF16, 1L << 30);
    var last = new AtomicLong();
    whole.write(scratch.resolve("whole"), (done, all) -> last.set(all - done));
    cut.write(scratch.resolve("cut"), (_, _) -> {});
    other.write(scratch.resolve("other"), (_, _) -> {});
    assertEquals(0, last.get());
    assertTrue(Files.exists(scratch.resolve("cut/model-00002-of-00002.safetensors")));
    float[] weights = numbers("whole", Weight.QUERY);
    assertArrayEquals(weights, numbers("cut", Weight.QUERY));
    assertFalse(java.util.Arrays.equals(weights, numbers("other", Weight.QUERY)));
  }

  private float[] numbers(String folder, Weight weight) {
    try (var model = ModelFolder.open(scratch.resolve(folder));
        Arena arena = Arena.ofConfined()) {
      return model.weights().matrix(weight, arena).toArray();
    }
  }

  @Test
  void spreadIsThatOfTrainedWeights() throws IOException {
    SmallModels.write(SEEING, DType.F32, scratch.resolve("m"));
    assertEquals(1 / 8.0, deviation(numbers("m", Weight.GATE)), 0.04); // 64 wide
    assertEquals(3 / 8.0, deviation(numbers("m", Weight.HEAD)), 0.15);
    float[] norm = numbers("m", Weight.ATTENTION_NORM);
    double mean = 0;
    for (float value : norm) {
      mean += value / norm.length;
    }
    assertEquals(1, mean, 0.15);
    float most = 0;
    for (float value : numbers("m", Weight.HEAD)) {
      most = Math.max(most, Math.abs(value));
    }
    assertTrue(most > 6 * deviation(numbers("m", Weight.HEAD)), "tails: " + most);
  }

  private static double deviation(float[] numbers) {
    double squares = 0;
    for (float number : numbers) {
      squares += (double) number * number;
    }
    return Math.sqrt(squares / numbers.length);
  }

  @Test
  void outliersStandInTheSameChannelsOfEveryLayer() {
    var config = Member.named(SEEING).config("float32");
    var random = new RandomWeights(config, 1);
    assertEquals(largest(random, config, 0), largest(random, config, 17));
  }

  /// The rows of the feed-forward's output that are larger than the rest.
  private static List<Integer> largest(RandomWeights random, ModelConfig config, int layer) {
    int rows = 576;
    int cols = 1536;
    try (Arena arena = Arena.ofShared()) {
      Matrix down = Matrix.allocate(arena, rows, cols);
      random.of(Weight.DOWN, layer).rows(0, rows, down.segment());
      double all = deviation(down.toArray());
      return java.util.stream.IntStream.range(0, rows)
          .filter(row -> deviation(down.slice(row, row + 1).toArray()) > 2 * all)
          .boxed()
          .toList();
    }
  }

  @Test
  void folderWithFilesIsRefused() throws IOException {
    Files.writeString(scratch.resolve("precious"), "x");
    var e =
        assertThrows(SmolVlmException.class, () -> SmallModels.write(SEEING, DType.BF16, scratch));
    assertEquals(ErrorCode.INVALID_VALUE, e.code());
    assertThrows(
        SmolVlmException.class,
        () -> SmallModels.write(SEEING, DType.BF16, scratch.resolve("precious")));
  }
}
