package io.smolvlm.language;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smolvlm.tensor.BadInputs;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  private static final Path TINY = Fixtures.root().resolve("tiny/smolvlm_shuffle4/tokenizer.json");

  private static byte[] tiny() throws IOException {
    return Files.readAllBytes(
        Files.exists(TINY)
            ? TINY
            : Fixtures.projectRoot()
                .resolve("samples/reference/fixtures/tiny/smolvlm_shuffle4/tokenizer.json"));
  }

  @Test
  void mergesMayBePairsOrTexts() throws IOException {
    var mapper = new ObjectMapper();
    JsonNode json = mapper.readTree(tiny());
    var texts = mapper.createArrayNode();
    for (JsonNode merge : json.at("/model/merges")) {
      texts.add(merge.get(0).textValue() + " " + merge.get(1).textValue());
    }
    ((com.fasterxml.jackson.databind.node.ObjectNode) json.get("model")).set("merges", texts);
    String text = "User:<image>The red boat, 12 times.<end_of_utterance>\n";
    try (var pairs = Tokenizer.of("pairs", tiny());
        var strings = Tokenizer.of("texts", mapper.writeValueAsBytes(json))) {
      assertArrayEquals(pairs.encode(text), strings.encode(text));
      assertTrue(pairs.encode("The").length < 3);
    }
  }

  @Test
  void ggufMetadataGivesTheSameTokenizer() throws IOException {
    JsonNode json = new ObjectMapper().readTree(tiny());
    try (var fromJson = Tokenizer.of("json", tiny());
        var fromGguf = Tokenizer.of(gguf(json, "smollm"))) {
      assertEquals(fromJson.vocabularySize(), fromGguf.vocabularySize());
      assertEquals(fromJson.specialIds(), fromGguf.specialIds());
      for (JsonNode c : TokenizerFixtures.cases("tokenizer").get("cases")) {
        String text = c.get("text").textValue();
        int[] ids = fromJson.encode(text);
        assertArrayEquals(ids, fromGguf.encode(text), text);
        assertEquals(fromJson.decode(ids), fromGguf.decode(ids));
      }
    }
  }

  private static GgufVocabulary gguf(JsonNode json, String pre) {
    List<String> tokens = new ArrayList<>();
    List<Integer> types = new ArrayList<>();
    json.at("/model/vocab")
        .properties()
        .forEach(e -> put(tokens, e.getValue().intValue(), e.getKey()));
    tokens.forEach(t -> types.add(1));
    for (JsonNode token : json.get("added_tokens")) {
      int id = token.get("id").intValue();
      put(tokens, id, token.get("content").textValue());
      while (types.size() <= id) {
        types.add(1);
      }
      types.set(id, 3);
    }
    List<String> merges = new ArrayList<>();
    json.at("/model/merges")
        .forEach(m -> merges.add(m.get(0).textValue() + " " + m.get(1).textValue()));
    return new GgufVocabulary("model.gguf", "gpt2", pre, tokens, merges, types);
  }

  private static void put(List<String> tokens, int id, String token) {
    while (tokens.size() <= id) {
      tokens.add("<unused " + tokens.size() + ">");
    }
    tokens.set(id, token);
  }

  @Test
  void preTokenizersOfGgufDiffer() throws IOException {
    JsonNode json = new ObjectMapper().readTree(tiny());
    for (String pre : List.of("smollm", "gpt-2", "default", "")) {
      try (var tokenizer = Tokenizer.of(gguf(json, pre))) {
        String text = "It's 1234, <x> and\n\n 5.";
        assertEquals(text, tokenizer.decode(tokenizer.encode(text)), pre);
      }
    }
    var error = assertThrows(FormatException.class, () -> Tokenizer.of(gguf(json, "qwen2")));
    assertEquals(ErrorCode.UNSUPPORTED, error.code());
    assertEquals("tokenizer.ggml.pre", error.part());
  }

  @Test
  void contradictingGgufMetadataIsRefused() {
    List<String> tokens = List.of("a", "b", "ab");
    assertCode(ErrorCode.MISMATCH, tokens, List.of("a b"), List.of(1, 1));
    assertCode(ErrorCode.MISMATCH, List.of("a", "a"), List.of(), List.of());
    assertCode(ErrorCode.MISMATCH, List.of(), List.of(), List.of());
    assertCode(ErrorCode.UNSUPPORTED, tokens, List.of("a b"), List.of(1, 1, 6));
    assertCode(ErrorCode.CORRUPT, tokens, List.of("a x"), List.of());
    assertCode(ErrorCode.CORRUPT, tokens, List.of("ab"), List.of());
  }

  private static void assertCode(
      ErrorCode code, List<String> tokens, List<String> merges, List<Integer> types) {
    var vocabulary = new GgufVocabulary("model.gguf", "gpt2", "smollm", tokens, merges, types);
    assertEquals(code, assertThrows(FormatException.class, () -> Tokenizer.of(vocabulary)).code());
  }

  @Test
  void badTokenizersAreRefusedByTheirFilesName() throws IOException {
    int seen = 0;
    for (BadInputs.Case c : BadInputs.cases("model-dir")) {
      JsonNode overlay = c.node().path("overlay");
      if (!overlay.asText().startsWith("model-dir/tok-")) {
        continue;
      }
      seen++;
      Path file = BadInputs.root().resolve(overlay.asText()).resolve("tokenizer.json");
      assertTimeoutPreemptively(
          Duration.ofSeconds(20),
          () -> {
            // Those that are wrong only beside a config are refused there.
            try (var tokenizer = Tokenizer.read(file)) {
              assertTrue(c.mayLoad() || c.id().endsWith("image-token"), () -> c + " was accepted");
              tokenizer.encode(c.node().path("probe").asText("hi <image>"));
            } catch (FormatException e) {
              assertTrue(c.errors().contains(e.code().label()), () -> c + ": " + e);
              assertTrue(e.getMessage().contains("tokenizer.json"), e.getMessage());
            }
          },
          c.id());
    }
    assertTrue(seen > 0);
  }

  @Test
  void missingFileIsMissing() {
    var error =
        assertThrows(FormatException.class, () -> Tokenizer.read(Path.of("none/tokenizer.json")));
    assertEquals(ErrorCode.MISSING, error.code());
  }

  @Test
  void brokenTextsAreRefused() {
    for (String json :
        List.of(
            "",
            "[]",
            "{",
            "{}",
            "{\"model\":{}}",
            "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":1.5}}}",
            "{\"model\":{\"type\":\"BPE\",\"vocab\":[]}}",
            "{\"added_tokens\":[{\"id\":0,\"content\":\"\"}],\"model\":{\"type\":\"BPE\"}}",
            "[".repeat(5000))) {
      assertThrows(
          FormatException.class,
          () -> Tokenizer.of("t", json.getBytes(StandardCharsets.UTF_8)),
          json);
    }
    assertThrows(FormatException.class, () -> Tokenizer.of("t", new byte[] {(byte) 0xFF}));
  }

  @Test
  void closedTokenizerRefusesToEncode() throws IOException {
    var tokenizer = Tokenizer.of("tiny", tiny());
    tokenizer.close();
    tokenizer.close();
    assertThrows(IllegalStateException.class, () -> tokenizer.encode("a"));
    assertEquals(
        "<image>", tokenizer.tokenOf(tokenizer.addedId("<image>").orElseThrow()).orElse(""));
  }

  @Test
  void textThatIsTooLongIsRefused() throws IOException {
    try (var tokenizer = Tokenizer.of("tiny", tiny())) {
      String text = "a".repeat(Tokenizer.MAX_CHARACTERS + 1);
      var error = assertThrows(SmolVlmException.class, () -> tokenizer.encode(text));
      assertEquals(ErrorCode.TOO_LARGE, error.code());
    }
  }

  @Test
  void halfSurrogatesBecomeReplacements() throws IOException {
    try (var tokenizer = Tokenizer.of("tiny", tiny())) {
      assertArrayEquals(tokenizer.encode("a\uFFFDb"), tokenizer.encode("a\uD83Db"));
      assertEquals("😀", tokenizer.decode(tokenizer.encode("😀")));
    }
  }
}
