package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.language.Decoder;
import io.smolvlm.language.Decoder.Prompts;
import io.smolvlm.language.DecoderWeights;
import io.smolvlm.language.KvCache;
import io.smolvlm.language.Message;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.Prompt;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.torch.Arithmetic;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The real SmolLM2-135M-Instruct against the reference: `./mvnw verify -Preal-weights`.
@Tag("real-weights")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Real135mParityTest {
  private static final double LOGITS = 2e-3;
  private static final double NLL = 1e-4;

  /// Two float32 computations may choose differently where the best two logits are closer than
  /// this.
  private static final double MARGIN = 5e-3;

  private final Arena arena = Arena.ofShared();
  private final Team team = new Team(2);
  private final JsonNode fixture = Fixtures.cases("real135m");
  private Checkpoint checkpoint;
  private SmolVlm model;
  private Decoder decoder;

  @BeforeAll
  void load() {
    Fixtures.requireKnown("real135m", Set.of("cases.json"));
    Path file =
        Path.of(
            System.getProperty("smolvlm.realWeights"),
            fixture.get("file").asText().replaceAll(".*/", "").replaceAll(" .*", ""));
    checkpoint = new ModelCatalog().resolve(file.toString(), null);
    DecoderWeights weights = new NetworkWeights(checkpoint.weights(), arena, team, true).decoder();
    decoder =
        new Decoder(
            checkpoint.config().text(),
            weights,
            team,
            new Prompts(_ -> weights, Arithmetic.FLOAT32));
    model =
        SmolVlm.load(
            new ModelCatalog().resolve(file.toString(), null),
            LoadOptions.defaults().with(Precision.EXACT));
  }

  @AfterAll
  void close() {
    model.close();
    decoder.close();
    checkpoint.close();
    team.close();
    arena.close();
  }

  @Test
  void promptsLogitsAndContinuationsAreTheReferences() {
    for (JsonNode c : fixture.get("cases")) {
      Fixtures.requireKnownKeys(
          c,
          "case",
          Set.of(
              "messages",
              "prompt",
              "input_ids",
              "top20_ids",
              "top20_logits",
              "greedy_ids",
              "greedy_text",
              "ends_with_eos",
              "margins",
              "min_margin"));
      List<Message> messages = new ArrayList<>();
      c.get("messages")
          .forEach(
              m -> messages.add(Message.text(m.get("role").asText(), m.get("content").asText())));
      Prompt prompt = model.prompt(GenerationRequest.of(messages, List.of()));
      int[] ids = ints(c.get("input_ids"));
      assertEquals(c.get("prompt").asText(), prompt.text());
      assertArrayEquals(ids, prompt.ids());
      try (var cache = new KvCache(decoder.config())) {
        Matrix x = decoder.rows(arena, ids.length);
        decoder.embed(ids, x, 0);
        decoder.forward(x, cache);
        Matrix row = x.slice(ids.length - 1, ids.length);
        float[] logits = logits(row);
        int[] top = ints(c.get("top20_ids"));
        for (int i = 0; i < top.length; i++) {
          assertEquals(
              c.get("top20_logits").get(i).asDouble(), logits[top[i]], LOGITS, prompt.text());
        }
        int[] greedy = ints(c.get("greedy_ids"));
        for (int i = 0; i < greedy.length; i++) {
          int id = argmax(logits);
          if (id != greedy[i]) {
            assertTrue(
                c.get("margins").get(i).asDouble() <= MARGIN,
                prompt.text() + ": token " + i + " is " + id + ", needed " + greedy[i]);
            break;
          }
          decoder.embed(new int[] {id}, row, 0);
          decoder.forward(row, cache);
          logits = logits(row);
        }
      }
    }
  }

  @Test
  void meanNegativeLogLikelihoodOfLongTextsIsTheReferences() {
    for (JsonNode text : fixture.get("texts")) {
      int[] ids = model.tokenizer().encode(text.get("text").asText());
      assertEquals(text.get("tokens").asInt(), ids.length);
      double sum = 0;
      try (var cache = new KvCache(decoder.config())) {
        for (int from = 0; from < ids.length; from += 100) {
          int to = Math.min(from + 100, ids.length);
          Matrix x = decoder.rows(arena, to - from);
          decoder.embed(java.util.Arrays.copyOfRange(ids, from, to), x, 0);
          decoder.forward(x, cache);
          for (int i = from; i < Math.min(to, ids.length - 1); i++) {
            sum += negativeLogLikelihood(logits(x.slice(i - from, i - from + 1)), ids[i + 1]);
          }
        }
      }
      assertEquals(text.get("mean_nll").asDouble(), sum / (ids.length - 1), NLL);
    }
  }

  private static double negativeLogLikelihood(float[] logits, int id) {
    double max = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElseThrow();
    double sum =
        IntStream.range(0, logits.length).mapToDouble(i -> Math.exp(logits[i] - max)).sum();
    return Math.log(sum) + max - logits[id];
  }

  private float[] logits(Matrix row) {
    try (Arena call = Arena.ofShared()) {
      Matrix l = Matrix.allocate(call, 1, decoder.config().vocabularySize());
      decoder.logits(row, l);
      return l.toArray();
    }
  }

  private static int argmax(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private static int[] ints(JsonNode array) {
    int[] result = new int[array.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = array.get(i).asInt();
    }
    return result;
  }
}
