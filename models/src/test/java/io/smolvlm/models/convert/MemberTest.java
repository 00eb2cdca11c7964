package io.smolvlm.models.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.tensor.TensorInfo;
import io.smolvlm.vision.VisionConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every member against the verified numbers of family.json.
class MemberTest {
  private static final JsonNode FAMILY =
      Fixtures.json(Fixtures.projectRoot().resolve("samples/reference/family.json"));

  static List<JsonNode> members() {
    return StreamSupport.stream(FAMILY.get("members").spliterator(), false).toList();
  }

  @Test
  void everyMemberIsThere() {
    assertEquals(
        members().stream().map(m -> m.get("id").textValue()).collect(Collectors.toSet()),
        Member.ALL.stream().map(Member::id).collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @MethodSource("members")
  void numbersAreTheVerifiedOnes(JsonNode m) {
    var synthesizer = new Synthesizer(Member.named(m.get("id").textValue()), 1, DType.BF16);
    ModelConfig config = synthesizer.config();
    var text = config.text();
    assertEquals(m.get("model_type").textValue(), config.modelType());
    same(m.get("text"), "hidden_size", text.hiddenSize());
    same(m.get("text"), "num_hidden_layers", text.layers());
    same(m.get("text"), "num_attention_heads", text.heads());
    same(m.get("text"), "num_key_value_heads", text.keyValueHeads());
    same(m.get("text"), "head_dim", text.headDim());
    same(m.get("text"), "intermediate_size", text.intermediateSize());
    same(m.get("text"), "rms_norm_eps", (double) text.rmsNormEps());
    same(m.get("text"), "vocab_size", text.vocabularySize());
    same(m.get("text"), "rope_theta", text.ropeTheta());
    same(m.get("text"), "max_position_embeddings", text.maxPositions());
    if (m.get("text").hasNonNull("tie_word_embeddings")) {
      assertEquals(m.get("text").get("tie_word_embeddings").booleanValue(), text.tiedEmbeddings());
    }
    assertEquals(m.hasNonNull("vision"), config.pictures().isPresent());
    config
        .pictures()
        .ifPresent(pictures -> {
          VisionConfig vision = pictures.encoder();
          same(m.get("vision"), "hidden_size", vision.hiddenSize());
          same(m.get("vision"), "intermediate_size", vision.intermediateSize());
          same(m.get("vision"), "num_hidden_layers", vision.layers());
          same(m.get("vision"), "num_attention_heads", vision.heads());
          same(m.get("vision"), "image_size", vision.imageSize());
          same(m.get("vision"), "patch_size", vision.patchSize());
          same(m.get("vision"), "layer_norm_eps", (double) vision.layerNormEps());
          same(m, "scale_factor", vision.scaleFactor());
          same(m, "image_seq_len", vision.tokensPerTile());
          same(m, "tile", pictures.processor().tileSize());
          same(m, "longest_edge", pictures.processor().longestEdge());
        });
    if (m.hasNonNull("generation") && m.get("generation").hasNonNull("eos_token_id")) {
      assertEquals(
          new TreeSet<>(List.of(m.get("generation").get("eos_token_id").intValue())),
          new TreeSet<>(config.generation().endTokens()));
    }
    List<TensorInfo> tensors = synthesizer.tensors();
    same(m, "parameters", tensors.stream().mapToLong(t -> t.shape().elements()).sum());
    same(m, "tensors", tensors.size());
    same(m, "tensors_tied", tensors.size());
    if (m.hasNonNull("special_tokens")) {
      Map<Integer, String> added = Member.named(m.get("id").textValue()).vocabulary().added();
      m.get("special_tokens")
          .properties()
          .forEach(token -> assertEquals(token.getKey(), added.get(token.getValue().intValue())));
    }
  }

  /// What was not verified is null there.
  private static void same(JsonNode object, String key, double found) {
    if (object.hasNonNull(key)) {
      double needed = object.get(key).doubleValue();
      assertEquals(needed, found, Math.abs(needed) * 1e-7, key);
    }
  }

  @Test
  void namesAreFoundInAnyCaseAndWithAnOwner() {
    assertEquals("SmolVLM-256M-Instruct", Member.named("smolvlm-256m-instruct").id());
    assertEquals("SmolVLM-Base", Member.named("HuggingFaceTB/SmolVLM-Base").id());
    var e = assertThrows(SmolVlmException.class, () -> Member.named("SmolVLM-3B"));
    assertEquals(ErrorCode.INVALID_VALUE, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains("Idefics3-8B-Llama3"));
  }

  @Test
  void largeMembersAreCutWhereTheHubCutsThem() {
    assertEquals(List.of(4.97, 5.00, 4.92, 2.04), gigabytes("Idefics3-8B-Llama3", DType.BF16));
    assertEquals(List.of(4.96, 4.03), gigabytes("SmolVLM2-2.2B-Instruct", DType.F32));
    assertEquals(List.of(4.49), gigabytes("SmolVLM-Instruct", DType.BF16));
  }

  private static List<Double> gigabytes(String member, DType type) {
    var synthesizer = new Synthesizer(Member.named(member), 1, type);
    return Shards.of(synthesizer.tensors(), Shards.MAX_BYTES).files().stream()
        .map(file -> file.tensors().stream().mapToLong(TensorInfo::bytes).sum())
        .map(bytes -> Math.round(bytes / 1e7) / 100.0)
        .toList();
  }
}
