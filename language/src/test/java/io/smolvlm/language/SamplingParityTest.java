package io.smolvlm.language;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Kept tokens and probabilities against the reference's own processors.
class SamplingParityTest {
  /// The reference computes in float32, here sums are double.
  private static final float TOLERANCE = 1e-6f;

  private static final Set<String> CASE_KEYS =
      Set.of("logits", "params", "order", "previous_ids", "probs", "kept", "tie_at_the_cut");
  private static final Set<String> PARAMETERS =
      Set.of(
          "temperature",
          "top_k",
          "top_p",
          "min_p",
          "repetition_penalty",
          "no_repeat_ngram_size",
          "presence_penalty",
          "frequency_penalty");

  private static JsonNode fixture;
  private static final Map<String, float[]> TENSORS = new HashMap<>();

  @BeforeAll
  static void read() throws IOException {
    fixture = TokenizerFixtures.cases("sampling");
    byte[] bytes =
        Files.readAllBytes(
            TokenizerFixtures.root().resolve("sampling").resolve("sampling.safetensors"));
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) data.getLong(0);
    JsonNode entries =
        new ObjectMapper().readTree(new String(bytes, 8, header, StandardCharsets.UTF_8));
    for (var entry : entries.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        assertEquals("F32", entry.getValue().get("dtype").textValue());
        int from = 8 + header + entry.getValue().get("data_offsets").get(0).intValue();
        float[] values = new float[entry.getValue().get("shape").get(0).intValue()];
        data.slice(from, values.length * 4)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer()
            .get(values);
        TENSORS.put(entry.getKey(), values);
      }
    }
  }

  @Test
  void probabilitiesAreTheReferences() {
    assertTrue(fixture.get("cases").size() > 0);
    for (JsonNode c : fixture.get("cases")) {
      c.fieldNames().forEachRemaining(key -> assertTrue(CASE_KEYS.contains(key), key));
      String name = c.get("logits").textValue() + " " + c.get("params");
      float[] logits = tensor(c.get("logits").textValue());
      float[] expected = tensor(c.get("probs").textValue());
      float[] got = sampler(c, logits.length).probabilities(logits);
      if (c.has("tie_at_the_cut")) {
        expected = expected.clone();
        Arrays.sort(expected);
        Arrays.sort(got);
        assertArrayEquals(expected, got, TOLERANCE, name);
        continue;
      }
      assertArrayEquals(expected, got, TOLERANCE, name);
      assertKept(c, logits, expected, name);
    }
  }

  /// A kept token may be so unlikely that its probability is zero, so what is kept is checked on
  /// the scores.
  private static void assertKept(JsonNode c, float[] logits, float[] expected, String name) {
    float[] scores = sampler(c, logits.length).scores(logits);
    int[] kept =
        IntStream.range(0, scores.length)
            .filter(i -> scores[i] != Float.NEGATIVE_INFINITY)
            .toArray();
    JsonNode list = c.get("kept");
    if (list.isArray()) {
      assertArrayEquals(TokenizerFixtures.ids(list), kept, name);
    } else {
      assertEquals(list.get("count").intValue(), kept.length, name);
    }
    assertEquals(expected.length, scores.length);
  }

  @Test
  void drawnTokensFollowTheProbabilities() {
    float[] logits = {1, 3, 2, -5, 3};
    var parameters = parameters(new ObjectMapper().createObjectNode().put("top_k", 3));
    float[] probabilities = new Sampler(parameters, 5, new int[0]).probabilities(logits);
    int[] counts = new int[5];
    var sampler = new Sampler(parameters, 5, new int[0]);
    int draws = 20000;
    for (int i = 0; i < draws; i++) {
      counts[sampler.next(logits)]++;
    }
    for (int i = 0; i < 5; i++) {
      assertEquals(probabilities[i], counts[i] / (float) draws, 0.02f);
    }
  }

  private static float[] tensor(String name) {
    float[] values = TENSORS.get(name);
    if (values == null) {
      throw new AssertionError("no tensor " + name);
    }
    return values;
  }

  private static Sampler sampler(JsonNode c, int size) {
    int[] previous = TokenizerFixtures.ids(c.get("previous_ids"));
    boolean counted = false;
    for (JsonNode step : c.get("order")) {
      counted |= step.textValue().equals("openai_formula");
    }
    var sampler = new Sampler(parameters(c.get("params")), size, counted ? new int[0] : previous);
    if (counted) {
      for (int id : previous) {
        sampler.remember(id);
      }
    }
    return sampler;
  }

  private static SamplingParameters parameters(JsonNode node) {
    node.fieldNames().forEachRemaining(key -> assertTrue(PARAMETERS.contains(key), key));
    return new SamplingParameters(
        (float) node.path("temperature").asDouble(1),
        node.path("top_k").asInt(0),
        (float) node.path("top_p").asDouble(1),
        (float) node.path("min_p").asDouble(0),
        (float) node.path("repetition_penalty").asDouble(1),
        (float) node.path("presence_penalty").asDouble(0),
        (float) node.path("frequency_penalty").asDouble(0),
        node.path("no_repeat_ngram_size").asInt(0),
        7);
  }
}
