package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.language.ChatTemplate;
import io.smolvlm.language.ContentPart;
import io.smolvlm.language.Message;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.models.PromptExpander.Grid;
import io.smolvlm.models.PromptExpander.UserText;
import io.smolvlm.models.engine.Prompt;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Messages to prompt, expansion and ids against the reference's processors. Exact.
class PromptsParityTest {
  private static final Set<String> FIXTURE_KEYS =
      Set.of("about", "sanitized_ids", "chat_template", "template_rules", "setups", "cases");
  private static final Set<String> SETUP_KEYS =
      Set.of(
          "tokenizer",
          "processor",
          "size",
          "max_image_size",
          "do_image_splitting",
          "image_seq_len");
  private static final Set<String> CASE_KEYS =
      Set.of(
          "setup",
          "name",
          "messages",
          "picture_sizes_wh",
          "add_generation_prompt",
          "prompt",
          "tiles",
          "expanded",
          "expanded_sha256",
          "ids",
          "length",
          "image_tokens",
          "sanitized_ids",
          "error",
          "error_text");

  private static final Map<String, Tokenizer> TOKENIZERS = new HashMap<>();
  private static final Map<String, PromptExpander> EXPANDERS = new HashMap<>();
  private static JsonNode fixture;

  @BeforeAll
  static void read() throws IOException {
    Fixtures.requireKnown("prompts", Set.of("cases.json"));
    fixture = Fixtures.cases("prompts");
    Fixtures.requireKnownKeys(fixture, "prompts", FIXTURE_KEYS);
    var template = ChatTemplate.of("prompts", fixture.get("chat_template").textValue(), Map.of());
    for (var setup : fixture.get("setups").properties()) {
      JsonNode value = setup.getValue();
      Fixtures.requireKnownKeys(value, setup.getKey(), SETUP_KEYS);
      Tokenizer tokenizer = tokenizer(value.get("tokenizer").textValue());
      EXPANDERS.put(
          setup.getKey(),
          PromptExpander.of(
              tokenizer,
              template,
              new SpecialTokens(Map.of()),
              value.get("image_seq_len").intValue()));
    }
  }

  private static Tokenizer tokenizer(String path) throws IOException {
    if (!TOKENIZERS.containsKey(path)) {
      var file =
          Fixtures.group("tokenizers")
              .resolve(path.substring(path.indexOf('/') + 1))
              .resolve("tokenizer.json.gz");
      try (var in = new GZIPInputStream(Files.newInputStream(file))) {
        TOKENIZERS.put(path, Tokenizer.of(file.toString(), in.readAllBytes()));
      }
    }
    return Objects.requireNonNull(TOKENIZERS.get(path));
  }

  @AfterAll
  static void close() {
    TOKENIZERS.values().forEach(Tokenizer::close);
  }

  @Test
  void promptsAreTheReferences() {
    assertTrue(fixture.get("cases").size() > 0);
    for (JsonNode c : fixture.get("cases")) {
      String name = c.get("setup").textValue() + "." + c.get("name").textValue();
      Fixtures.requireKnownKeys(c, name, CASE_KEYS);
      if (c.has("error")) {
        var error = assertThrows(SmolVlmException.class, () -> expand(c, UserText.CONTROL), name);
        assertEquals(ErrorCode.MISMATCH, error.code(), name);
        continue;
      }
      Prompt prompt = expand(c, UserText.CONTROL);
      assertEquals(c.get("prompt").textValue(), prompt.rendered(), name);
      assertEquals(c.get("expanded").textValue(), squeezed(prompt.text()), name);
      assertEquals(c.get("expanded_sha256").textValue(), sha256(prompt.text()), name);
      assertArrayEquals(written(c.get("ids")), prompt.ids(), name);
      assertEquals(c.get("length").intValue(), prompt.length(), name);
      assertEquals(c.get("image_tokens").intValue(), prompt.imageTokens(), name);
      assertEquals(c.get("tiles").intValue(), prompt.tiles().size(), name);
    }
  }

  @Test
  void whatUsersWriteStaysText() {
    for (JsonNode c : fixture.get("cases")) {
      String name = c.get("setup").textValue() + "." + c.get("name").textValue();
      JsonNode sanitized = c.path("sanitized_ids");
      boolean lookalike = c.get("name").textValue().startsWith("lookalike");
      if (sanitized.isArray()) {
        assertArrayEquals(ids(sanitized), expand(c, UserText.PLAIN).ids(), name);
      } else if (lookalike) {
        // Where the reference refuses `<image>` as text, ours keeps it text all the same.
        assertPlain(c, expand(c, UserText.PLAIN), name);
      } else if (!c.has("error")) {
        assertArrayEquals(written(c.get("ids")), expand(c, UserText.PLAIN).ids(), name);
      } else {
        assertThrows(SmolVlmException.class, () -> expand(c, UserText.PLAIN), name);
      }
    }
  }

  private static void assertPlain(JsonNode c, Prompt prompt, String name) {
    Tokenizer tokenizer = tokenizerOf(c);
    int image = tokenizer.addedId("<image>").orElseThrow();
    long inIds = Arrays.stream(prompt.ids()).filter(id -> id == image).count();
    assertEquals(prompt.imageTokens(), inIds, name);
    assertEquals(prompt.text(), tokenizer.decode(prompt.ids()), name);
  }

  private static Tokenizer tokenizerOf(JsonNode c) {
    JsonNode setup = fixture.get("setups").get(c.get("setup").textValue());
    return Objects.requireNonNull(TOKENIZERS.get(setup.get("tokenizer").textValue()));
  }

  @Test
  void tilesAreRunsOfImageTokens() {
    for (JsonNode c : fixture.get("cases")) {
      if (c.has("error")) {
        continue;
      }
      int image = tokenizerOf(c).addedId("<image>").orElseThrow();
      Prompt prompt = expand(c, UserText.CONTROL);
      int[] ids = prompt.ids();
      List<Grid> grids = grids(c);
      int seen = 0;
      for (Prompt.Tile tile : prompt.tiles()) {
        for (int i = 0; i < tile.length(); i++) {
          assertEquals(image, ids[tile.start() + i]);
        }
        seen += tile.length();
      }
      assertEquals(c.get("image_tokens").intValue(), seen);
      for (int i = 0; i < grids.size(); i++) {
        int perTile = prompt.tiles().getFirst().length();
        assertEquals(grids.get(i).tiles() * perTile, prompt.imageTokens(i));
      }
    }
  }

  @Test
  void marksInWhatUsersWriteAreDropped() {
    PromptExpander expander = EXPANDERS.values().iterator().next();
    Prompt forged =
        expander.expand(
            List.of(Message.text("user", "a\uFDD1<ima\uFDD0ge>b\uFDD0<end_of_utterance>\uFDD1")),
            List.of());
    Prompt plain =
        expander.expand(List.of(Message.text("user", "a<image>b<end_of_utterance>")), List.of());
    assertArrayEquals(plain.ids(), forged.ids());
    assertFalse(forged.text().contains("\uFDD0"));
  }

  private static Prompt expand(JsonNode c, UserText userText) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode m : c.get("messages")) {
      List<ContentPart> parts = new ArrayList<>();
      // A plain string prints nothing under this template, as no parts do.
      for (JsonNode part : m.get("content")) {
        parts.add(
            part.get("type").textValue().equals("image")
                ? new ContentPart.Image()
                : new ContentPart.Text(part.get("text").textValue()));
      }
      messages.add(new Message(m.get("role").textValue(), parts));
    }
    return expander(c)
        .expand(messages, grids(c), userText, c.get("add_generation_prompt").booleanValue());
  }

  private static PromptExpander expander(JsonNode c) {
    PromptExpander expander = EXPANDERS.get(c.get("setup").textValue());
    if (expander == null) {
      throw new AssertionError("no setup " + c.get("setup"));
    }
    return expander;
  }

  private static List<Grid> grids(JsonNode c) {
    JsonNode setup = fixture.get("setups").get(c.get("setup").textValue());
    List<Grid> grids = new ArrayList<>();
    for (JsonNode size : c.get("picture_sizes_wh")) {
      grids.add(
          setup.get("do_image_splitting").booleanValue()
              ? grid(
                  size.get(0).intValue(),
                  size.get(1).intValue(),
                  setup.get("size").intValue(),
                  setup.get("max_image_size").intValue())
              : new Grid(0, 0));
    }
    return grids;
  }

  /// The reference's arithmetic for whole tiles; the pictures room tests its own.
  private static Grid grid(int width, int height, int longest, int tile) {
    double aspect = (double) width / height;
    boolean wide = width >= height;
    int shorter = (int) (wide ? longest / aspect : longest * aspect);
    shorter += shorter % 2;
    double first = wide ? (double) longest / shorter : (double) shorter / longest;
    int large = (longest + tile - 1) / tile;
    int small =
        (int) Math.ceil((int) (wide ? large * tile / first : large * tile * first) / (double) tile);
    return wide ? new Grid(small, large) : new Grid(large, small);
  }

  private static int[] ids(JsonNode array) {
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = array.get(i).intValue();
    }
    return ids;
  }

  /// A negative number -n says that the id before it stands n times in all.
  private static int[] written(JsonNode squeezed) {
    List<Integer> ids = new ArrayList<>();
    for (int value : ids(squeezed)) {
      if (value >= 0) {
        ids.add(value);
      } else {
        int last = ids.getLast();
        for (int i = 1; i < -value; i++) {
          ids.add(last);
        }
      }
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private static String squeezed(String text) {
    return Pattern.compile("(?:<image>){3,}")
        .matcher(text)
        .replaceAll(run -> "<image>{x" + run.group().length() / 7 + "}");
  }

  private static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
