package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smolvlm.language.GenerationConfig;
import io.smolvlm.language.TextConfig;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.TileGrid;
import io.smolvlm.vision.VisionConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every member of the family as its published files say, against the verified numbers of
/// family.json. What a member's folder lacks (most hold a few files) is written from family.json,
/// so that the rest of its files can be read.
class FamilyParityTest {
  private static final Path REFERENCE = Fixtures.projectRoot().resolve("samples/reference");
  private static final Path FOLDERS = REFERENCE.resolve("family");
  private static final JsonNode FAMILY = Fixtures.json(REFERENCE.resolve("family.json"));
  private static final Tokenizer TOKENIZER = Tokenizer.of("tokenizer.json", tokenizer49280());
  private static final Map<Member, ModelConfig> CONFIGS = new HashMap<>();
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Set<String> KNOWN_FILES =
      Set.of(
          "config.json",
          "generation_config.json",
          "preprocessor_config.json",
          "processor_config.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "chat_template.json",
          "chat_template.jinja");

  private static final Set<String> KNOWN_KEYS =
      Set.of(
          "id",
          "model_type",
          "architectures",
          "text",
          "vision",
          "scale_factor",
          "image_seq_len",
          "tile",
          "longest_edge",
          "special_tokens",
          "chat_template",
          "generation",
          "dtype",
          "safetensors_files",
          "parameters",
          "tensors",
          "tensors_tied",
          "license",
          "verified_from",
          "unverified",
          "video_sampling");

  private static final Set<String> KNOWN_COUNTS =
      Set.of(
          "tile",
          "longest_edge",
          "width",
          "height",
          "resized",
          "aligned",
          "rows",
          "cols",
          "tiles",
          "image_tokens",
          "sequence_tokens_single_token_separators",
          "sequence_tokens_text_separators");

  /// A member of the family.
  record Member(JsonNode node) {
    String id() {
      return node.get("id").textValue();
    }

    boolean has(String key) {
      return node.hasNonNull(key);
    }

    boolean sees() {
      return has("vision");
    }

    /// Whether every size that a configuration needs was verified.
    boolean isWhole() {
      return node.get("text").hasNonNull("vocab_size")
          && (!sees() || has("tile") && has("special_tokens"));
    }

    @Override
    public String toString() {
      return id();
    }
  }

  static List<Member> members() {
    var all = new ArrayList<Member>();
    FAMILY.get("members").forEach(node -> all.add(new Member(node)));
    return all;
  }

  static List<Member> wholeMembers() {
    return members().stream().filter(Member::isWhole).toList();
  }

  /// The member's own files, completed from family.json.
  private static MapFiles files(Member member) {
    MapFiles files = MapFiles.of(written(member).toString());
    if (member.sees()) {
      files.with(
          "preprocessor_config.json",
          "{\"max_image_size\": {\"longest_edge\": %d}, \"size\": {\"longest_edge\": %s}}"
              .formatted(
                  member.node.get("tile").intValue(),
                  member.has("longest_edge") ? member.node.get("longest_edge") : "1456"));
    }
    if (member.has("special_tokens")) {
      ObjectNode tokenizer = JSON.createObjectNode();
      ObjectNode decoder = tokenizer.putObject("added_tokens_decoder");
      for (Map.Entry<String, JsonNode> token : member.node.get("special_tokens").properties()) {
        decoder.putObject(token.getValue().toString()).put("content", token.getKey());
      }
      files.with("tokenizer_config.json", tokenizer.toString());
    }
    if (member.has("generation")) {
      files.with("generation_config.json", member.node.get("generation").toString());
    }
    Path folder = FOLDERS.resolve(member.id());
    if (Files.isDirectory(folder)) {
      try (var own = Files.list(folder)) {
        for (Path file : own.toList()) {
          files.with(file.getFileName().toString(), Files.readAllBytes(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return files;
  }

  private static byte[] tokenizer49280() {
    Path packed = FOLDERS.resolve("tokenizer-49280.json.gz");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ModelConfig config(Member member) {
    return CONFIGS.computeIfAbsent(
        member, m -> ConfigReader.read(files(m), known(m) == null ? null : () -> TOKENIZER));
  }

  /// The real tokenizer, for the members whose vocabulary it is.
  private static @Nullable Tokenizer known(Member member) {
    return member.node.get("text").path("vocab_size").asInt() == 49280 ? TOKENIZER : null;
  }

  private static ObjectNode written(Member member) {
    ObjectNode config = JSON.createObjectNode();
    ObjectNode text = (ObjectNode) member.node.get("text").deepCopy();
    config.set("model_type", member.node.get("model_type"));
    if (!member.sees()) {
      config.setAll(text);
      return config;
    }
    config.set("text_config", text);
    config.set("vision_config", member.node.get("vision"));
    config.set("scale_factor", member.node.get("scale_factor"));
    config.set("image_token_id", member.node.get("special_tokens").get("<image>"));
    config.set("tie_word_embeddings", text.get("tie_word_embeddings"));
    return config;
  }

  @Test
  void everyFolderFileAndKeyIsKnown() throws IOException {
    Set<String> ids = new TreeSet<>();
    for (Member member : members()) {
      ids.add(member.id());
      Fixtures.requireKnownKeys(member.node, member.id(), KNOWN_KEYS);
    }
    try (var entries = Files.list(FOLDERS)) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        assertTrue(
            ids.contains(name) || name.equals("tokenizer-49280.json.gz"),
            () -> "a folder of an unknown member: " + name);
        if (Files.isDirectory(entry)) {
          try (var files = Files.list(entry)) {
            for (Path file : files.toList()) {
              assertTrue(KNOWN_FILES.contains(file.getFileName().toString()), file::toString);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("wholeMembers")
  void sizesAreThoseOfTheMember(Member member) {
    ModelConfig config = config(member);
    assertEquals(member.node.get("model_type").textValue(), config.modelType());
    check(member.node.get("text"), config.text());
    assertEquals(member.sees(), config.pictures().isPresent());
    config.pictures().ifPresent(pictures -> check(member, pictures));
  }

  private static void check(JsonNode text, TextConfig config) {
    for (Map.Entry<String, JsonNode> field : text.properties()) {
      JsonNode value = field.getValue();
      if (value.isNull()) {
        continue;
      }
      Object found =
          switch (field.getKey()) {
            case "hidden_size" -> config.hiddenSize();
            case "num_hidden_layers" -> config.layers();
            case "num_attention_heads" -> config.heads();
            case "num_key_value_heads" -> config.keyValueHeads();
            case "head_dim" -> config.headDim();
            case "intermediate_size" -> config.intermediateSize();
            case "vocab_size" -> config.vocabularySize();
            case "max_position_embeddings" -> config.maxPositions();
            case "rms_norm_eps" -> config.rmsNormEps();
            case "rope_theta" -> config.ropeTheta();
            case "tie_word_embeddings" -> config.tiedEmbeddings();
            case "hidden_act" -> "silu";
            case "attention_bias", "mlp_bias" -> false;
            default -> fail("a text key this test does not know: " + field.getKey());
          };
      assertSame(field.getKey(), value, found);
    }
  }

  private static void assertSame(String key, JsonNode expected, Object found) {
    switch (found) {
      case Integer i -> assertEquals(expected.intValue(), i, key);
      case Float f -> assertEquals(expected.floatValue(), f, key);
      case Double d -> assertEquals(expected.doubleValue(), d, key);
      case Boolean b -> assertEquals(expected.booleanValue(), b, key);
      default -> assertEquals(expected.textValue(), found, key);
    }
  }

  private static void check(Member member, PictureConfig pictures) {
    VisionConfig encoder = pictures.encoder();
    for (Map.Entry<String, JsonNode> field : member.node.get("vision").properties()) {
      Object found =
          switch (field.getKey()) {
            case "hidden_size" -> encoder.hiddenSize();
            case "intermediate_size" -> encoder.intermediateSize();
            case "num_hidden_layers" -> encoder.layers();
            case "num_attention_heads" -> encoder.heads();
            case "image_size" -> encoder.imageSize();
            case "patch_size" -> encoder.patchSize();
            case "layer_norm_eps" -> encoder.layerNormEps();
            case "hidden_act" -> "gelu_pytorch_tanh";
            default -> fail("a vision key this test does not know: " + field.getKey());
          };
      assertSame(field.getKey(), field.getValue(), found);
    }
    assertEquals(member.node.get("scale_factor").intValue(), encoder.scaleFactor());
    assertEquals(member.node.get("image_seq_len").intValue(), encoder.tokensPerTile());
    assertEquals(member.node.get("tile").intValue(), pictures.processor().tileSize());
    if (member.has("longest_edge")) {
      assertEquals(member.node.get("longest_edge").intValue(), pictures.processor().longestEdge());
    }
  }

  @ParameterizedTest
  @MethodSource("wholeMembers")
  void endTokensAreThoseOfTheGenerationConfigurationAndStayInTheTable(Member member) {
    ModelConfig config = config(member);
    GenerationConfig generation = config.generation();
    if (member.has("generation")) {
      assertEquals(
          Set.of(member.node.get("generation").get("eos_token_id").intValue()),
          generation.endTokens());
      int pad = member.node.get("generation").path("pad_token_id").asInt(-1);
      assertEquals(pad, generation.padToken());
    }
    for (int id : generation.safetyTokens()) {
      assertTrue(id < config.text().vocabularySize() && !generation.endTokens().contains(id));
    }
    for (int id : generation.forbiddenTokens()) {
      assertTrue(id >= config.text().vocabularySize() && !generation.ends(id));
    }
  }

  @ParameterizedTest
  @MethodSource("wholeMembers")
  void specialTokensHaveTheIdsOfTheirStrings(Member member) {
    if (!member.has("special_tokens")) {
      return;
    }
    Vocabulary vocabulary = Vocabulary.read(files(member), known(member));
    ModelConfig config = config(member);
    for (Map.Entry<String, JsonNode> token : member.node.get("special_tokens").properties()) {
      assertEquals(
          Optional.of(token.getValue().intValue()), vocabulary.id(token.getKey()), token.getKey());
    }
    config
        .pictures()
        .ifPresent(pictures ->
            assertEquals(
                vocabulary.id(config.specialTokens().image()), Optional.of(pictures.imageToken())));
  }

  @ParameterizedTest
  @MethodSource("wholeMembers")
  void weightsAreAsManyAsTheCheckpointHolds(Member member) {
    ModelConfig config = config(member);
    boolean tied = config.text().tiedEmbeddings();
    long parameters = 0;
    int tensors = 0;
    for (Weight weight : Weight.values()) {
      if (weight == Weight.HEAD && tied) {
        continue;
      }
      int count = weight.count(config);
      tensors += count;
      long each = count == 0 ? 0 : 1;
      if (count > 0) {
        for (long dim : weight.shape(config)) {
          each *= dim;
        }
      }
      parameters += count * each;
    }
    if (member.has("parameters")) {
      assertEquals(member.node.get("parameters").longValue(), parameters);
    }
    for (String key : List.of("tensors", "tensors_tied")) {
      if (member.has(key)) {
        assertEquals(member.node.get(key).intValue(), tensors, key);
      }
    }
  }

  static List<JsonNode> counts() {
    var all = new ArrayList<JsonNode>();
    FAMILY.get("token_count_vectors").forEach(all::add);
    return all;
  }

  /// Sizes, grid and lengths of expanded prompts, for each kind of tile that a member has.
  @ParameterizedTest
  @MethodSource("counts")
  void tilesAndTokensAreCountedAsTheReferenceDoes(JsonNode count) {
    Fixtures.requireKnownKeys(count, "token_count_vectors", KNOWN_COUNTS);
    PictureConfig pictures =
        wholeMembers().stream()
            .filter(m -> m.sees() && m.node.get("tile").equals(count.get("tile")))
            .map(m -> config(m).pictures().orElseThrow())
            .filter(p -> p.processor().longestEdge() == count.get("longest_edge").intValue())
            .findFirst()
            .orElseThrow();
    TileGrid grid =
        TileGrid.plan(
            count.get("width").intValue(),
            count.get("height").intValue(),
            pictures.processor(),
            ImageOptions.MODEL);
    assertEquals(
        count.get("resized"), JSON.valueToTree(List.of(grid.firstWidth(), grid.firstHeight())));
    assertEquals(count.get("aligned"), JSON.valueToTree(List.of(grid.width(), grid.height())));
    assertEquals(count.get("rows").intValue(), grid.rows());
    assertEquals(count.get("cols").intValue(), grid.cols());
    assertEquals(count.get("tiles").intValue(), grid.tiles());
    int perTile = pictures.encoder().tokensPerTile();
    assertEquals(count.get("image_tokens").intValue(), grid.tiles() * perTile);
    checkSequence(count, "sequence_tokens_single_token_separators", grid, perTile, 2, 3);
    checkSequence(count, "sequence_tokens_text_separators", grid, perTile, 10, 7);
  }

  /// FAMILY.md section 3: R(C(S+a)+1)+S+b, with `a` and `b` by the kind of separators.
  private static void checkSequence(
      JsonNode count, String key, TileGrid grid, int perTile, int aTile, int aWhole) {
    if (count.hasNonNull(key)) {
      int rows = grid.rows() * (grid.cols() * (perTile + aTile) + 1);
      assertEquals(count.get(key).intValue(), rows + perTile + aWhole, key);
    }
  }

  @Test
  void graniteNeverEmitsTheTokenBeyondItsTable() {
    Member granite =
        members().stream().filter(m -> m.id().equals("granite-docling-258M")).findFirst().get();
    GenerationConfig generation = config(granite).generation();
    assertEquals(Set.of(100257), generation.endTokens());
    assertEquals(Set.of(100352), generation.forbiddenTokens());
    assertFalse(generation.ends(100352));
  }

  @Test
  void separatorsAreLookedUpByStringNotByArithmetic() {
    Member granite =
        members().stream().filter(m -> m.id().equals("granite-docling-258M")).findFirst().get();
    Vocabulary vocabulary = Vocabulary.read(files(granite), null);
    SpecialTokens tokens = config(granite).specialTokens();
    assertEquals(Optional.of(100261), vocabulary.id(tokens.tile(1, 3)));
    assertEquals(Optional.of(100341), vocabulary.id(tokens.tile(2, 4)));
    assertEquals(Optional.empty(), vocabulary.id(tokens.tile(5, 1)));
  }

  @Test
  void templatesOfTheFoldersAreFound() throws IOException {
    try (var folders = Files.list(FOLDERS)) {
      for (Path folder : folders.filter(Files::isDirectory).toList()) {
        boolean stored =
            Files.exists(folder.resolve("chat_template.json"))
                || Files.exists(folder.resolve("chat_template.jinja"));
        try (var model = ModelFolder.open(folder)) {
          assertEquals(stored, model.chatTemplate().isPresent(), folder.toString());
        }
      }
    }
    byte[] config =
        Files.readAllBytes(FOLDERS.resolve("SmolVLM-256M-Instruct/tokenizer_config.json"));
    assertTrue(new String(config, StandardCharsets.UTF_8).contains("chat_template"));
  }
}
