package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `quantize` on the embedded model, `synth` as far as it refuses: its checkpoints are tested with
/// small shapes in models.
class ConvertCommandsTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;

  @Test
  void quantisedModelDescribesThePicture() throws IOException {
    Path file = folder.resolve("tiny.gguf");
    Run made = Run.of("quantize", "tiny", file.toString(), "--type", "q8_0", "--json");
    assertEquals(ExitStatus.OK, made.status(), made.err());
    JsonNode report = JSON.readTree(made.out());
    assertTrue(
        report.path("agreement_equal").asInt() * 1.0 / report.path("agreement_tokens").asInt()
            > 0.9,
        made.out());
    assertTrue(report.path("image_cosine").asDouble() > 0.999, made.out());
    assertTrue(report.path("bytes").asLong() < 0.7 * report.path("bytes_before").asLong());
    String mmproj = report.path("mmproj").asText();
    assertEquals(folder.resolve("mmproj-tiny.gguf").toString(), mmproj);
    Run caption =
        Run.of("caption", Run.sample("scene.png"), "-m", file.toString(), "--mmproj", mmproj);
    Run source = Run.of("caption", Run.sample("scene.png"), "-m", "tiny");
    assertEquals(source.out(), caption.out());
  }

  @Test
  void typesThatAFolderCannotHoldAreRefused() {
    Path out = folder.resolve("out");
    Run run = Run.of("quantize", "tiny", out.toString(), "--type", "q4_0");
    assertEquals(ExitStatus.BAD_INPUT, run.status());
    assertTrue(run.err().contains("bf16, f16, f32"), run.err());
    assertEquals(
        ExitStatus.BAD_INPUT,
        Run.of("quantize", "tiny", folder + "/m.gguf", "--type", "q5_k").status());
    assertFalse(Files.exists(out));
  }

  @Test
  void tensorsAreListedWithTheirErrors() {
    Run run =
        Run.of("quantize", "tiny", folder.resolve("b").toString(), "--type", "f32", "--no-check");
    assertEquals(ExitStatus.OK, run.status(), run.err());
    assertTrue(run.out().contains("BF16 -> F32"), run.out());
    assertFalse(run.out().contains("agreement"), run.out());
  }

  @Test
  void unknownMembersAndFullFoldersAreRefused() throws IOException {
    Run unknown = Run.of("synth", "SmolVLM-3B", folder.resolve("m").toString());
    assertEquals(ExitStatus.BAD_INPUT, unknown.status());
    assertTrue(unknown.err().contains("SmolVLM-256M-Instruct"), unknown.err());
    Files.writeString(folder.resolve("precious"), "x");
    Run full = Run.of("synth", "smollm-135m", folder.toString());
    assertEquals(ExitStatus.BAD_INPUT, full.status());
    assertTrue(full.err().contains("empty folder"), full.err());
  }
}
