package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VideoTest {
  @TempDir Path folder;

  private Path frames(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      Files.copy(
          Path.of(Run.sample(i % 2 == 0 ? "heart.png" : "two-stars.png")),
          folder.resolve("frame-%03d.png".formatted(i)));
    }
    Files.writeString(folder.resolve("notes.txt"), "no frame");
    return folder;
  }

  @Test
  void folderOfFramesIsSampledAndAnswered() throws IOException {
    Run run =
        Run.of(
            "caption", "--video", frames(8).toString(), "--fps", "4", "--json", "--model", "tiny");
    assertEquals(ExitStatus.OK, run.status(), run.err());
    JsonNode result = JsonMapper.builder().build().readTree(run.out());
    assertEquals(2, result.path("timings").path("tiles").asInt(), run.out());
    assertEquals(32, result.path("usage").path("image_tokens").asInt(), run.out());
    Run asked = Run.of("ask", "--video", folder.toString(), "What is this?", "--model", "tiny");
    assertEquals(ExitStatus.OK, asked.status(), asked.err());
  }

  @Test
  void videoAndPicturesExcludeEachOther() throws IOException {
    String scene = Run.sample("scene.png");
    for (String[] args :
        new String[][] {
          {"caption", "--video", frames(1).toString(), scene},
          {"ask", "--video", folder.toString(), scene, "Why?"},
          {"caption", "--video", folder.resolve("none.gif").toString()},
          {"caption", "--video", folder.resolve("notes.txt").toString()},
          {"caption", "--video", folder.toString(), "--fps", "0"},
          {"caption", "--video", Files.createDirectories(folder.resolve("empty")).toString()}
        }) {
      Run run = Run.of(args);
      assertEquals(ExitStatus.BAD_INPUT, run.status(), String.join(" ", args) + run.err());
      assertTrue(run.err().startsWith("smolvlm: "), run.err());
    }
  }
}
