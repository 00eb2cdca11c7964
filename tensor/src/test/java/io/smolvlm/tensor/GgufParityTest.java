package io.smolvlm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.tensor.block.BlockFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Every block format against the gguf package, bit by bit, and the tiny GGUF files against the
/// checkpoint they were made from.
class GgufParityTest {
  private static final String GROUP = "gguf";
  private static final JsonNode CASES = Fixtures.cases(GROUP);

  @BeforeAll
  static void nothingIsUnknown() {
    Fixtures.requireKnown(
        GROUP, Set.of("cases.json", "blocks.safetensors", "tiny-f32.gguf", "tiny-mmproj-f32.gguf"));
    Fixtures.requireKnownKeys(
        CASES, GROUP, Set.of("about", "types", "quantised", "rows_are", "tiny"));
    Fixtures.requireKnownKeys(
        CASES.get("tiny"),
        "tiny",
        Set.of(
            "checkpoint",
            "text",
            "mmproj",
            "expected",
            "max_logit_difference_when_loaded_by_the_reference",
            "mmproj_names"));
  }

  @Test
  void blocksDecodeToTheBit() {
    try (TensorFile file = Fixtures.tensors(GROUP, "blocks.safetensors");
        Arena arena = Arena.ofConfined()) {
      for (JsonNode type : CASES.get("types")) {
        DType dtype = DType.valueOf(type.get("type").textValue());
        assertEquals(type.get("block_elements").intValue(), dtype.blockElements(), dtype.name());
        assertEquals(type.get("block_bytes").intValue(), dtype.blockBytes(), dtype.name());
        assertEquals(
            dtype, GgmlTypes.dtype(type.get("ggml_type").intValue()).orElseThrow(), dtype.name());
        Tensor raw = file.tensor(dtype + ".raw");
        // As rows of one or more blocks, so that row arithmetic is under test as well.
        long cols = 2L * dtype.blockElements();
        Shape shape = Shape.of(type.get("elements").longValue() / cols, cols);
        Tensor blocks = new Tensor("blocks", dtype.name(), dtype, shape, raw.data());
        Fixtures.assertSameBits(
            dtype.name(), Fixtures.floats(file, dtype + ".f32"), blocks.toMatrix(arena).toArray());
      }
    }
  }

  @Test
  void floatsQuantiseToTheByte() {
    try (TensorFile file = Fixtures.tensors(GROUP, "blocks.safetensors");
        Arena arena = Arena.ofConfined()) {
      Matrix numbers = file.tensor("quantise.in").toMatrix(arena);
      for (JsonNode type : CASES.get("quantised")) {
        BlockFormat format = DType.valueOf(type.textValue()).format().orElseThrow();
        assertTrue(format.encodes(), type.textValue());
        Tensor expected = file.tensor("quantise." + type.textValue());
        MemorySegment bytes = arena.allocate(expected.data().byteSize());
        int blocks = numbers.rows() * numbers.cols() / format.elements();
        format.encode(numbers.segment(), 0, bytes, 0, blocks);
        assertArrayEquals(
            expected.data().toArray(ValueLayout.JAVA_BYTE),
            bytes.toArray(ValueLayout.JAVA_BYTE),
            type.textValue());
      }
    }
  }

  @Test
  void everyTensorOfTheBlocksFileIsKnown() {
    Set<String> known = new TreeSet<>(Set.of("quantise.in"));
    CASES.get("types").forEach(type -> known.add(type.get("type").textValue() + ".raw"));
    CASES.get("types").forEach(type -> known.add(type.get("type").textValue() + ".f32"));
    CASES.get("quantised").forEach(type -> known.add("quantise." + type.textValue()));
    try (TensorFile file = Fixtures.tensors(GROUP, "blocks.safetensors")) {
      assertEquals(known, new TreeSet<>(file.tensors().keySet()));
    }
  }

  @Test
  void tinyTextEqualsItsCheckpoint() {
    JsonNode tiny = CASES.get("tiny");
    try (TensorFile checkpoint = TensorFile.open(checkpointFolder());
        Gguf gguf = Gguf.open(Fixtures.group(GROUP).resolve(tiny.get("text").textValue()));
        Arena arena = Arena.ofConfined()) {
      GgufMetadata metadata = gguf.metadata();
      assertEquals("llama", metadata.string("general.architecture").orElseThrow());
      int layers = (int) metadata.integer("llama.block_count").orElseThrow();
      int heads = (int) metadata.integer("llama.attention.head_count").orElseThrow();
      int kvHeads = (int) metadata.integer("llama.attention.head_count_kv").orElseThrow();
      Map<String, String> names = textNames(layers);
      assertEquals(names.keySet(), new TreeSet<>(gguf.tensors().keySet()));
      names.forEach((name, original) -> {
        Tensor tensor = gguf.tensor(name);
        if (name.contains("attn_q.") || name.contains("attn_k.")) {
          tensor = QkRows.restore(tensor, name.contains("attn_q.") ? heads : kvHeads, arena);
        }
        assertSame(checkpoint.tensor(original), tensor, arena);
      });
      int tokens = metadata.strings("tokenizer.ggml.tokens").orElseThrow().size();
      assertEquals(gguf.tensor("token_embd.weight").rows(), tokens);
      assertEquals(tokens, metadata.integers("tokenizer.ggml.token_type").orElseThrow().length);
    }
  }

  @Test
  void tinyMmprojEqualsItsCheckpoint() {
    JsonNode tiny = CASES.get("tiny");
    Map<String, String> names = new TreeMap<>();
    tiny.get("mmproj_names")
        .properties()
        .forEach(e -> names.put(e.getKey(), e.getValue().textValue()));
    try (TensorFile checkpoint = TensorFile.open(checkpointFolder());
        Gguf gguf = Gguf.open(Fixtures.group(GROUP).resolve(tiny.get("mmproj").textValue()));
        Arena arena = Arena.ofConfined()) {
      assertEquals("clip", gguf.metadata().string("general.architecture").orElseThrow());
      assertArrayEquals(
          new float[] {0.5f, 0.5f, 0.5f},
          gguf.metadata().floats("clip.vision.image_mean").orElseThrow());
      assertTrue(gguf.metadata().flag("clip.use_gelu").orElseThrow());
      assertEquals(names.keySet(), new TreeSet<>(gguf.tensors().keySet()));
      names.forEach(
          (name, original) -> assertSame(checkpoint.tensor(original), gguf.tensor(name), arena));
    }
  }

  private static Path checkpointFolder() {
    return Fixtures.root().resolve(CASES.get("tiny").get("checkpoint").textValue());
  }

  private static void assertSame(Tensor expected, Tensor actual, Arena arena) {
    assertEquals(expected.shape(), actual.shape(), actual.name());
    Fixtures.assertSameBits(
        actual.name(), expected.toMatrix(arena).toArray(), actual.toMatrix(arena).toArray());
  }

  /// FAMILY.md section 6.
  private static Map<String, String> textNames(int layers) {
    Map<String, String> names = new TreeMap<>();
    names.put("token_embd.weight", "model.text_model.embed_tokens.weight");
    names.put("output_norm.weight", "model.text_model.norm.weight");
    names.put("output.weight", "lm_head.weight");
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("attn_norm", "input_layernorm");
    parts.put("ffn_norm", "post_attention_layernorm");
    parts.put("attn_q", "self_attn.q_proj");
    parts.put("attn_k", "self_attn.k_proj");
    parts.put("attn_v", "self_attn.v_proj");
    parts.put("attn_output", "self_attn.o_proj");
    parts.put("ffn_gate", "mlp.gate_proj");
    parts.put("ffn_up", "mlp.up_proj");
    parts.put("ffn_down", "mlp.down_proj");
    for (int i = 0; i < layers; i++) {
      int layer = i;
      parts.forEach((name, original) ->
          names.put(
              "blk." + layer + "." + name + ".weight",
              "model.text_model.layers." + layer + "." + original + ".weight"));
    }
    return names;
  }
}
