package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.RopeScaling;
import io.smolvlm.language.TextConfig;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.VisionConfig;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
  private static SmolVlmException refused(MapFiles files) {
    return assertThrows(SmolVlmException.class, () -> ConfigReader.read(files));
  }

  private static void assertRefused(ErrorCode code, MapFiles files, String... named) {
    SmolVlmException e = refused(files);
    String message = String.valueOf(e.getMessage());
    assertEquals(code, e.code(), message);
    for (String name : named) {
      assertTrue(message.contains(name), () -> name + " in: " + message);
    }
  }

  @Test
  void absentTextKeysAreThoseOfTheReference() {
    TextConfig text = ConfigReader.read(MapFiles.of("{\"model_type\": \"llama\"}")).text();
    assertEquals(
        new TextConfig(32000, 4096, 11008, 32, 32, 32, 128, 2048, 10000, 1e-6f, false), text);
  }

  @Test
  void absentPictureKeysAreThoseOfTheReference() {
    var files =
        MapFiles.of(
                "{\"model_type\": \"idefics3\", \"image_token_id\": 5, \"text_config\": {},"
                    + " \"vision_config\": {\"image_size\": 364, \"patch_size\": 14}}")
            .with("preprocessor_config.json", "{}");
    PictureConfig pictures = ConfigReader.read(files).pictures().orElseThrow();
    assertEquals(new VisionConfig(1152, 3072, 12, 16, 364, 14, 3, 1e-6f, 2), pictures.encoder());
    ImageProcessorConfig processor = pictures.processor();
    assertEquals(364, processor.tileSize());
    assertEquals(1456, processor.longestEdge());
    assertEquals(1, processor.resample());
    assertEquals(1.0 / 255, processor.rescaleFactor());
    assertTrue(
        processor.resize() && processor.split() && processor.rescale() && processor.normalize());
    assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f}, processor.mean());
    assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f}, processor.deviation());
  }

  @Test
  void nullIsAsGoodAsAbsent() {
    var files =
        MapFiles.of(MapFiles.TEXT).changed("\"rope_theta\"", "\"head_dim\": null, \"rope_theta\"");
    assertEquals(16, ConfigReader.read(files).text().headDim());
  }

  @Test
  void ropeIsReadInBothSpellings() {
    var before = MapFiles.of(MapFiles.TEXT);
    var now =
        MapFiles.of(MapFiles.TEXT)
            .changed(
                "\"rope_theta\": 100000.0",
                "\"rope_parameters\": {\"rope_theta\": 100000.0, \"rope_type\": \"default\"}");
    assertEquals(100_000, ConfigReader.read(before).text().ropeTheta());
    assertEquals(ConfigReader.read(before).text(), ConfigReader.read(now).text());
  }

  @Test
  void differingRopeIsRefusedWithBothValues() {
    var files =
        MapFiles.of(MapFiles.TEXT)
            .changed("\"rope_theta\"", "\"rope_parameters\": {\"rope_theta\": 5}, \"rope_theta\"");
    assertRefused(ErrorCode.MISMATCH, files, "config.json", "rope_theta", "100000.0", "5");
  }

  @Test
  void scaledRopeIsRefused() {
    var files =
        MapFiles.of(MapFiles.TEXT)
            .changed("\"rope_theta\"", "\"rope_scaling\": {\"type\": \"linear\"}, \"rope_theta\"");
    assertRefused(ErrorCode.UNSUPPORTED, files, "config.json", "rope_scaling.type", "linear");
  }

  private static final String LLAMA3 =
      "\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0,"
          + " \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 8192";

  @Test
  void llama3ScalingIsReadInBothSpellings() {
    var before =
        MapFiles.of(MapFiles.TEXT)
            .changed("\"rope_theta\"", "\"rope_scaling\": {" + LLAMA3 + "}, \"rope_theta\"");
    var now =
        MapFiles.of(MapFiles.TEXT)
            .changed(
                "\"rope_theta\": 100000.0",
                "\"rope_parameters\": {\"rope_theta\": 100000.0, " + LLAMA3 + "}");
    assertEquals(
        new RopeScaling.Llama3(8, 1, 4, 8192), ConfigReader.read(before).text().ropeScaling());
    assertEquals(ConfigReader.read(before).text(), ConfigReader.read(now).text());
  }

  @Test
  void incompleteOrContradictingScalingIsRefused() {
    var incomplete =
        MapFiles.of(MapFiles.TEXT)
            .changed(
                "\"rope_theta\"",
                "\"rope_scaling\": {\"type\": \"llama3\", \"factor\": 8}, \"rope_theta\"");
    assertRefused(ErrorCode.MISSING, incomplete, "config.json", "rope_scaling.low_freq_factor");
    var contradicting =
        MapFiles.of(MapFiles.TEXT)
            .changed(
                "\"rope_theta\"",
                "\"rope_scaling\": {"
                    + LLAMA3
                    + "}, \"rope_parameters\": {\"rope_type\": \"default\"}, \"rope_theta\"");
    assertRefused(ErrorCode.MISMATCH, contradicting, "config.json", "rope_scaling");
    var backwards =
        MapFiles.of(MapFiles.TEXT)
            .changed(
                "\"rope_theta\"",
                "\"rope_scaling\": {" + LLAMA3.replace("4.0", "0.5") + "}, \"rope_theta\"");
    assertRefused(ErrorCode.MISMATCH, backwards, "config.json", "high_freq_factor 0.5");
  }

  @Test
  void storedTypeIsReadInBothSpellings() {
    var now = MapFiles.of(MapFiles.TEXT).changed("\"llama\"", "\"llama\", \"dtype\": \"float16\"");
    var before =
        MapFiles.of(MapFiles.TEXT).changed("\"llama\"", "\"llama\", \"torch_dtype\": \"float16\"");
    assertEquals("float16", ConfigReader.read(now).storedType());
    assertEquals("float16", ConfigReader.read(before).storedType());
    assertEquals("", ConfigReader.read(MapFiles.of(MapFiles.TEXT)).storedType());
  }

  @Test
  void tyingIsReadFromTheTopLevel() {
    var inside =
        MapFiles.seeing()
            .changed("\"hidden_size\": 48", "\"hidden_size\": 48, \"tie_word_embeddings\": true");
    var top =
        MapFiles.seeing().changed("\"smolvlm\"", "\"smolvlm\", \"tie_word_embeddings\": true");
    assertFalse(ConfigReader.read(inside).text().tiedEmbeddings());
    assertTrue(ConfigReader.read(top).text().tiedEmbeddings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"hidden_size\": 64|\"hidden_size\": \"64\"|hidden_size",
        "\"hidden_size\": 64|\"hidden_size\": 64.5|hidden_size",
        "\"hidden_size\": 64|\"hidden_size\": 4294967296|hidden_size",
        "\"hidden_size\": 64|\"hidden_size\": -64|hidden_size",
        "\"hidden_size\": 64|\"hidden_size\": 0|hidden_size",
        "\"hidden_size\": 64|\"hidden_size\": [64]|hidden_size",
        "\"num_attention_heads\": 4|\"num_attention_heads\": 0|num_attention_heads",
        "\"num_attention_heads\": 4|\"num_attention_heads\": 5|num_attention_heads",
        "\"num_hidden_layers\": 2|\"num_hidden_layers\": 1000000000|num_hidden_layers",
        "100000.0|-1|rope_theta",
        "100000.0|\"x\"|rope_theta",
        "1e-05|0|rms_norm_eps",
        "1e-05|1e999|rms_norm_eps",
        "true|1|tie_word_embeddings",
      })
  void wrongValuesAreRefusedByFileAndKey(String from, String to, String key) {
    assertRefused(
        ErrorCode.MISMATCH, MapFiles.of(MapFiles.TEXT).changed(from, to), "config.json", key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"attention_bias\": true",
        "\"mlp_bias\": true",
        "\"hidden_act\": \"gelu\"",
        "\"quantization_config\": {\"bits\": 4}",
        "\"rope_parameters\": {\"partial_rotary_factor\": 0.5}"
      })
  void variantsThatAreNotBuiltAreRefused(String key) {
    var files = MapFiles.of(MapFiles.TEXT).changed("\"rope_theta\"", key + ", \"rope_theta\"");
    assertRefused(ErrorCode.UNSUPPORTED, files, "config.json");
  }

  @Test
  void otherModelTypesAreRefused() {
    assertRefused(
        ErrorCode.UNSUPPORTED, MapFiles.of("{\"model_type\": \"qwen2\"}"), "qwen2", "smolvlm");
    assertRefused(ErrorCode.MISSING, MapFiles.of("{}"), "model_type");
  }

  @Test
  void eosMayBeAnIdOrAList() {
    var one = MapFiles.of(MapFiles.TEXT).with("generation_config.json", "{\"eos_token_id\": 7}");
    var two =
        MapFiles.of(MapFiles.TEXT).with("generation_config.json", "{\"eos_token_id\": [7, 9]}");
    assertEquals(Set.of(7), ConfigReader.read(one).generation().endTokens());
    assertEquals(Set.of(7, 9), ConfigReader.read(two).generation().endTokens());
  }

  @Test
  void eosFallsBackToTheConfigurationAndThenToTheReference() {
    var top = MapFiles.seeing().changed("\"smolvlm\"", "\"smolvlm\", \"eos_token_id\": 3");
    var inside =
        MapFiles.seeing()
            .changed("\"hidden_size\": 48", "\"hidden_size\": 48, \"eos_token_id\": 4");
    assertEquals(Set.of(3), ConfigReader.read(top).generation().endTokens());
    assertEquals(Set.of(4), ConfigReader.read(inside).generation().endTokens());
    assertEquals(Set.of(2), ConfigReader.read(MapFiles.seeing()).generation().endTokens());
  }

  @Test
  void eosBeyondTheVocabularyIsRefusedWithBothValues() {
    var files =
        MapFiles.of(MapFiles.TEXT).with("generation_config.json", "{\"eos_token_id\": 400}");
    assertRefused(
        ErrorCode.MISMATCH, files, "generation_config.json", "eos_token_id", "400", "config.json");
  }

  @Test
  void endsThatTheVocabularyKnowsAreSafetyAndThoseBeyondTheTableForbidden() {
    var files =
        MapFiles.seeing()
            .with("generation_config.json", "{\"eos_token_id\": 398}")
            .with(
                "added_tokens.json",
                "{\"<|endoftext|>\": 0, \"<|im_end|>\": 2, \"<image>\": 397,"
                    + " \"<end_of_utterance>\": 398, \"<late>\": 399}");
    var generation = ConfigReader.read(files).generation();
    assertEquals(Set.of(398), generation.endTokens());
    assertEquals(Set.of(0, 2), generation.safetyTokens());
    assertEquals(Set.of(399), generation.forbiddenTokens());
    assertTrue(generation.ends(0) && generation.ends(398) && !generation.ends(1));
  }

  @Test
  void imageTokenMustBeTheTokenizersOwn() {
    var files = MapFiles.seeing().with("added_tokens.json", "{\"<image>\": 396}");
    assertRefused(ErrorCode.MISMATCH, files, "<image>", "396", "397", "config.json");
    var beyond = MapFiles.seeing().changed("397", "399");
    assertRefused(ErrorCode.MISMATCH, beyond, "image_token_id", "399", "vocab_size");
  }

  @Test
  void tokenizersThatDisagreeAreRefused() {
    var files =
        MapFiles.seeing()
            .with("added_tokens.json", "{\"<image>\": 397}")
            .with(
                "tokenizer_config.json",
                "{\"added_tokens_decoder\": {\"390\": {\"content\": \"<image>\"}}}");
    assertRefused(ErrorCode.MISMATCH, files, "<image>", "390", "397");
  }

  @Test
  void namesOfSpecialTokensComeFromTheTokenizer() {
    var files =
        MapFiles.seeing()
            .with(
                "tokenizer_config.json",
                "{\"eos_token\": {\"content\": \"<a>\"}, \"image_token\": \"<pic>\"}")
            .with("special_tokens_map.json", "{\"eos_token\": \"<b>\", \"bos_token\": \"<c>\"}");
    SpecialTokens tokens = ConfigReader.read(files).specialTokens();
    assertEquals("<a>", tokens.named().get("eos_token"));
    assertEquals("<c>", tokens.named().get("bos_token"));
    assertEquals("<pic>", tokens.image());
    assertEquals("<global-img>", tokens.globalImage());
    assertEquals("<row_2_col_3>", tokens.tile(2, 3));
  }

  @Test
  void tileMustBeTheEncodersSide() {
    var files =
        MapFiles.seeing()
            .with("preprocessor_config.json", "{\"max_image_size\": {\"longest_edge\": 64}}");
    assertRefused(
        ErrorCode.MISMATCH, files, "preprocessor_config.json", "64", "128", "config.json");
  }

  @Test
  void imageSequenceLengthMustFollowFromPatchesAndScale() {
    assertEquals(
        4,
        ConfigReader.read(MapFiles.seeing().with("processor_config.json", "{\"image_seq_len\": 4}"))
            .pictures()
            .orElseThrow()
            .encoder()
            .tokensPerTile());
    var files = MapFiles.seeing().with("processor_config.json", "{\"image_seq_len\": 81}");
    assertRefused(ErrorCode.MISMATCH, files, "processor_config.json", "image_seq_len", "81", "4");
  }

  @Test
  void preparationMayStandInsideTheProcessorsFile() {
    var files =
        MapFiles.of(MapFiles.PICTURES)
            .with("processor_config.json", "{\"image_processor\": " + MapFiles.PREPROCESSOR + "}");
    assertEquals(512, ConfigReader.read(files).pictures().orElseThrow().processor().longestEdge());
    files.with("preprocessor_config.json", MapFiles.PREPROCESSOR.replace("512", "1024"));
    assertRefused(ErrorCode.MISMATCH, files, "size", "512", "1024", "processor_config.json");
  }

  @Test
  void modelThatSeesNeedsItsPreparation() {
    assertRefused(ErrorCode.MISSING, MapFiles.of(MapFiles.PICTURES), "preprocessor_config.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " \n",
        "[]",
        "1",
        "{",
        "{} {}",
        "{\"a\": 1, \"a\": 2}",
        "{'a': 1}",
        "{\"a\": NaN}",
        "\u0000\u0000",
        "<html>",
        "\ufeff{}",
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\n"
      })
  void whatIsNoJsonObjectIsCorrupt(String content) {
    assertRefused(ErrorCode.CORRUPT, MapFiles.of(content), "config.json");
  }

  @Test
  void bytesThatAreNotUtf8AreCorrupt() {
    var files =
        MapFiles.of("").with("config.json", MapFiles.TEXT.getBytes(StandardCharsets.UTF_16));
    assertRefused(ErrorCode.CORRUPT, files, "config.json", "UTF-8");
  }

  @Test
  void depthAndDigitsAreLimited() {
    String deep = "{\"a\":".repeat(65) + "1" + "}".repeat(65);
    assertRefused(ErrorCode.LIMIT, MapFiles.of(deep), "config.json");
    assertRefused(ErrorCode.LIMIT, MapFiles.of("{\"a\": " + "1".repeat(101) + "}"), "config.json");
  }
}
