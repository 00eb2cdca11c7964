package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.BadInputs;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GgufModelTest {
  private static final Path GGUF = Fixtures.root().resolve("gguf");
  @TempDir Path scratch;

  /// Well-formed files whose content is wrong for a model, and those with random changes.
  static List<BadInputs.Case> cases() {
    return BadInputs.cases("model-gguf").stream()
        .filter(c -> c.any() || c.node().path("level").asText().equals("model"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void badModelsAreRefusedWithATypedError(BadInputs.Case bad) throws IOException {
    Path file = bad.materialize(scratch);
    var e =
        assertThrows(
            SmolVlmException.class,
            () -> {
              try (var model = GgufModel.open(file, null)) {
                model.config();
                model.chatTemplate();
                model.tokenizer();
                model.weights();
              }
            });
    assertTrue(bad.any() || bad.errors().contains(e.code().label()), () -> bad + ": " + e);
    assertTrue(String.valueOf(e.getMessage()).contains(file.getFileName().toString()));
  }

  @Test
  void encoderAloneIsNoModel() {
    Path pictures = GGUF.resolve("tiny-mmproj-f32.gguf");
    try (var model = GgufModel.open(pictures, null)) {
      var e = assertThrows(SmolVlmException.class, model::config);
      assertEquals(ErrorCode.UNSUPPORTED, e.code());
      assertTrue(String.valueOf(e.getMessage()).contains("mmproj"));
    }
  }

  @Test
  void textModelIsNoEncoder() {
    Path text = GGUF.resolve("tiny-f32.gguf");
    try (var model = GgufModel.open(text, text)) {
      var e = assertThrows(SmolVlmException.class, model::config);
      assertEquals(ErrorCode.UNSUPPORTED, e.code());
    }
  }

  @Test
  void absentEncoderIsNamed() {
    var e =
        assertThrows(
            SmolVlmException.class,
            () -> GgufModel.open(GGUF.resolve("tiny-f32.gguf"), Path.of("no-such.gguf")));
    assertEquals(ErrorCode.MISSING, e.code());
  }
}
