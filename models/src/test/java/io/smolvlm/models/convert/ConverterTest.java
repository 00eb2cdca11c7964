package io.smolvlm.models.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.RopeScaling;
import io.smolvlm.language.TextConfig;
import io.smolvlm.models.Agreement;
import io.smolvlm.models.Checkpoint;
import io.smolvlm.models.GgufModel;
import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.ModelCatalog;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.ModelFolder;
import io.smolvlm.models.Precision;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.Weight;
import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.GgufMetadata;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConverterTest {
  private static final String SEEING = "SmolVLM-256M-Instruct";
  private static final LoadOptions KERNELS =
      new LoadOptions(1, LoadOptions.Executor.KERNELS).with(Precision.EXACT);

  @TempDir Path scratch;
  private Path folder;

  @BeforeEach
  void write() throws IOException {
    folder = SmallModels.write(SEEING, DType.F32, scratch.resolve("source"));
  }

  private List<TensorReport> convert(Path from, String to, DType type) throws IOException {
    Path mmproj = from.resolveSibling("mmproj-" + from.getFileName());
    try (Checkpoint source =
        new ModelCatalog().resolve(from.toString(), Files.exists(mmproj) ? mmproj : null)) {
      return Converter.of(source, scratch.resolve(to), type).write((_, _) -> {});
    }
  }

  private SmolVlm load(String name) {
    Path path = scratch.resolve(name);
    Path mmproj = scratch.resolve("mmproj-" + name);
    return SmolVlm.load(
        new ModelCatalog().resolve(path.toString(), Files.exists(mmproj) ? mmproj : null), KERNELS);
  }

  @Test
  void aTextModelHasNoCosineOfImageTokens() {
    Path folder = Fixtures.projectRoot().resolve("samples/reference/fixtures/tiny/llama_text");
    try (SmolVlm text = SmolVlm.load(folder.toString())) {
      assertTrue(Agreement.of(text, text, 1).imageCosine().isEmpty());
    }
  }

  @Test
  void ggufInFloat32IsTheSameModel() throws IOException {
    List<TensorReport> reports = convert(folder, "m.gguf", DType.F32);
    assertTrue(reports.stream().allMatch(report -> report.error() == 0));
    try (SmolVlm source = load("source");
        SmolVlm made = load("m.gguf")) {
      ModelConfig from = source.config();
      ModelConfig to = made.config();
      assertEquals(from.text(), to.text());
      assertEquals(from.pictures().orElseThrow().encoder(), to.pictures().orElseThrow().encoder());
      assertEquals(from.generation(), to.generation());
      String text = "Hello, 42<end_of_utterance>\n<image>";
      assertArrayEquals(source.tokenizer().encode(text), made.tokenizer().encode(text));
      Agreement agreement = Agreement.of(source, made, 4);
      assertEquals(4 * Agreement.PROMPTS.size(), agreement.equal());
      assertEquals(agreement.tokens(), agreement.equal());
      assertEquals(1, agreement.imageCosine().orElseThrow(), 1e-9);
    }
    try (var gguf = (GgufModel) checkpoint("m.gguf");
        var original = ModelFolder.open(folder)) {
      assertEquals(
          original.chatTemplate().orElseThrow().text(), gguf.chatTemplate().orElseThrow().text());
      assertTrue(gguf.weights().unused().isEmpty());
    }
  }

  private Checkpoint checkpoint(String name) {
    return new ModelCatalog()
        .resolve(scratch.resolve(name).toString(), scratch.resolve("mmproj-" + name));
  }

  @Test
  void quantisedWeightsHaveTheErrorOfTheirType() throws IOException {
    Map<DType, Double> errors =
        Map.of(DType.BF16, 0.004, DType.F16, 0.0005, DType.Q8_0, 0.01, DType.Q4_0, 0.15);
    for (Map.Entry<DType, Double> most : errors.entrySet()) {
      String name = most.getKey() + ".gguf";
      List<TensorReport> reports = convert(folder, name, most.getKey());
      TensorReport gate =
          reports.stream().filter(r -> r.name().equals("blk.1.ffn_gate.weight")).findFirst().get();
      assertEquals(most.getKey(), gate.to());
      assertTrue(gate.error() > 0 && gate.error() < most.getValue(), gate.toString());
      try (SmolVlm source = load("source");
          SmolVlm made = load(name)) {
        double cosine = Agreement.of(source, made, 1).imageCosine().orElseThrow();
        assertTrue(cosine > 0.999 && cosine < 1, name + ": " + cosine);
      }
    }
  }

  @Test
  void typesFollowLlamaCpp() throws IOException {
    Map<String, DType> types =
        convert(folder, "q.gguf", DType.Q4_0).stream()
            .collect(Collectors.toMap(TensorReport::name, TensorReport::to));
    assertEquals(DType.Q4_0, types.get("blk.0.attn_q.weight"));
    assertEquals(DType.Q8_0, types.get("token_embd.weight"));
    assertEquals(DType.Q8_0, types.get("output.weight"));
    assertEquals(DType.F32, types.get("output_norm.weight"));
    assertEquals(DType.Q8_0, types.get("v.blk.0.ffn_up.weight"));
    assertEquals(DType.F32, types.get("v.patch_embd.weight"));
    assertEquals(DType.F32, types.get("v.position_embd.weight"));
    assertEquals(DType.F32, types.get("v.blk.0.ffn_up.bias"));
    try (var gguf = (GgufModel) checkpoint("q.gguf")) {
      GgufMetadata text = gguf.metadata(false);
      assertEquals("smollm", text.string("tokenizer.ggml.pre").orElseThrow());
      assertEquals(2, text.integer("general.file_type").orElseThrow());
      assertEquals(49_279, text.integer("tokenizer.ggml.eos_token_id").orElseThrow());
      assertEquals(false, text.flag("tokenizer.ggml.add_bos_token").orElseThrow());
      assertEquals(48_900, text.strings("tokenizer.ggml.merges").orElseThrow().size());
      assertEquals(7, gguf.metadata(true).integer("general.file_type").orElseThrow());
    }
  }

  @Test
  void rowsThatAreNoWholeBlocksBecomeFloat16() throws IOException {
    ModelConfig config = SmallModels.config(SEEING, DType.F32);
    TextConfig text = config.text();
    var odd =
        new ModelConfig(
            config.modelType(),
            config.storedType(),
            new TextConfig(text.vocabularySize(), 64, 80, 1, 4, 2, 16, 512, 1e4, 1e-5f, false),
            config.picturesOrNull(),
            config.generation(),
            config.specialTokens());
    Path source = scratch.resolve("odd");
    SmallModels.of(SEEING, odd, 1, DType.F32, 1 << 30).write(source, (_, _) -> {});
    Map<String, DType> types =
        convert(source, "odd.gguf", DType.Q8_0).stream()
            .collect(Collectors.toMap(TensorReport::name, TensorReport::to));
    assertEquals(DType.F16, types.get("blk.0.ffn_down.weight"));
    assertEquals(DType.Q8_0, types.get("blk.0.ffn_up.weight"));
  }

  @Test
  void folderAndGgufLeadToEachOther() throws IOException {
    convert(folder, "m.gguf", DType.F32);
    convert(scratch.resolve("m.gguf"), "again", DType.F32);
    try (var first = ModelFolder.open(folder);
        var second = ModelFolder.open(scratch.resolve("again"));
        Arena arena = Arena.ofShared()) {
      assertEquals(first.config().text(), second.config().text());
      assertEquals(
          first.config().generation().endTokens(), second.config().generation().endTokens());
      String text = "Was ist <image> 42?<end_of_utterance>";
      assertArrayEquals(first.tokenizer().encode(text), second.tokenizer().encode(text));
      for (Weight weight : Weight.values()) {
        for (int layer = 0; layer < weight.count(first.config()); layer++) {
          assertArrayEquals(
              first.weights().matrix(weight, layer, arena).toArray(),
              second.weights().matrix(weight, layer, arena).toArray(),
              weight.name());
        }
      }
    }
    convert(scratch.resolve("m.gguf"), "q8.gguf", DType.Q8_0);
    convert(folder, "direct.gguf", DType.Q8_0);
    assertEquals(
        -1,
        Files.mismatch(scratch.resolve("mmproj-q8.gguf"), scratch.resolve("mmproj-direct.gguf")));
  }

  @Test
  void folderInAnotherTypeSaysSo() throws IOException {
    convert(folder, "half", DType.BF16);
    try (var half = ModelFolder.open(scratch.resolve("half"))) {
      assertEquals("bfloat16", half.config().storedType());
      assertEquals(DType.BF16, half.weights().stored(Weight.GATE, 1).dtype());
      assertTrue(half.chatTemplate().isPresent());
    }
    var e = assertThrows(SmolVlmException.class, () -> convert(folder, "no", DType.Q8_0));
    assertEquals(ErrorCode.INVALID_VALUE, e.code());
    assertFalse(Files.exists(scratch.resolve("no")));
  }

  @Test
  void scalingOfRotationsGoesThroughGguf() throws IOException {
    var scaling = new RopeScaling.Llama3(8, 1, 4, 64);
    ModelConfig config = SmallModels.config(SEEING, DType.F32, scaling);
    Path source = scratch.resolve("scaled");
    SmallModels.of(SEEING, config, 1, DType.F32, 1 << 30).write(source, (_, _) -> {});
    convert(source, "scaled.gguf", DType.F32);
    try (SmolVlm from = load("scaled");
        SmolVlm to = load("scaled.gguf");
        SmolVlm plain = load("source")) {
      var divided = (RopeScaling.Divided) to.config().text().ropeScaling();
      assertEquals(8, divided.divisors().getLast(), 1e-5);
      assertEquals(1, divided.divisors().getFirst());
      int[] ids = from.tokenizer().encode("Once upon a time, in a small village by the sea,");
      assertArrayEquals(Agreement.continuation(from, ids, 12), Agreement.continuation(to, ids, 12));
      assertFalse(
          java.util.Arrays.equals(
              Agreement.continuation(from, ids, 12), Agreement.continuation(plain, ids, 12)));
    }
  }
}
