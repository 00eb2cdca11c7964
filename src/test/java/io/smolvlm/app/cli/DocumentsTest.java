package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.app.PdfFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String COLOUR = "Which color is the heart?";

  @TempDir Path folder;

  private String file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("letter.pdf"), bytes).toString();
  }

  private static String answer(String... args) {
    Run run = Run.of(args);
    assertEquals(ExitStatus.OK, run.status(), run.err());
    return run.out().strip();
  }

  private static JsonNode json(String... args) throws IOException {
    return JSON.readTree(answer(args));
  }

  private static int tiles(JsonNode result) {
    return result.path("timings").path("tiles").asInt();
  }

  @Test
  void pageIsSeenAsThePictureOnIt() throws IOException {
    String pdf = file(PdfFiles.ofPictures("two-stars.png", "heart.png"));
    assertEquals("Purple.", answer("ask", pdf, COLOUR, "--pages", "2", "--model", "tiny"));
    assertEquals(
        answer("caption", Run.sample("heart.png"), "--model", "tiny"),
        answer("caption", pdf, "--pages", "2", "--model", "tiny"));
  }

  @Test
  void eachPageIsAPictureOfOneMessage() throws IOException {
    String pdf = file(PdfFiles.ofPictures("heart.png", "two-stars.png"));
    String heart = Run.sample("heart.png");
    String stars = Run.sample("two-stars.png");
    JsonNode pictures = json("ask", heart, stars, COLOUR, "--json", "--model", "tiny");
    JsonNode pages = json("ask", pdf, COLOUR, "--json", "--model", "tiny");
    assertEquals(
        pictures.path("usage").path("image_tokens"), pages.path("usage").path("image_tokens"));
    assertEquals(tiles(pictures), tiles(pages));
    assertEquals(tiles(pictures), tiles(json("caption", pdf, "--json", "--model", "tiny")));
    // Beside pictures, in the order in which they are named.
    JsonNode both = json("ask", stars, pdf, COLOUR, "--pages", "1", "--json", "--model", "tiny");
    assertEquals(tiles(pictures), tiles(both));
    String prompt = answer("inspect", "prompt", pdf, COLOUR, "--model", "tiny");
    assertEquals(answer("inspect", "prompt", heart, stars, COLOUR, "--model", "tiny"), prompt);
  }

  @Test
  void documentIsReadFromStandardInput() throws IOException {
    byte[] pdf = PdfFiles.ofPictures("heart.png");
    Run run = Run.with(pdf, false, "ask", "-q", COLOUR, "-", "--model", "tiny");
    assertEquals(ExitStatus.OK, run.status(), run.err());
    assertEquals("Purple.", run.out().strip());
  }

  @Test
  void chatTakesTheDocumentForItsFirstLine() throws IOException {
    String pdf = file(PdfFiles.ofPictures("heart.png"));
    Run run = Run.typed(COLOUR + "\n", "chat", pdf, "--model", "tiny");
    assertEquals(ExitStatus.OK, run.status(), run.err());
    assertTrue(run.out().contains("Purple."), run.out());
    Run later = Run.typed("/image " + pdf + "\n" + COLOUR + "\n", "chat", "--model", "tiny");
    assertTrue(later.out().contains("Purple."), later.out() + later.err());
  }

  @Test
  void pageIsDrawnInTheSizeThatTheModelTakes() throws IOException {
    String pdf = file(PdfFiles.ofText(2));
    JsonNode usual = json("inspect", "image", pdf, "--pages", "2", "--json", "--model", "tiny");
    assertEquals(256, usual.path("height").asInt());
    JsonNode large =
        json(
            "inspect",
            "image",
            pdf,
            "--pages",
            "2",
            "--json",
            "--model",
            "tiny",
            "--longest-edge",
            "512");
    assertEquals(512, large.path("height").asInt());
  }

  @Test
  void refusalsNameFileFieldFoundAndAllowed() throws IOException {
    String pdf = file(PdfFiles.ofText(2));
    String[][] cases = {
      {"smolvlm: pages: found '2-1', allowed are numbers from 1 on", "--pages", "2-1"},
      {"smolvlm: pages: found 'one', allowed are numbers from 1 on", "--pages", "one"},
      {"smolvlm: " + pdf + ": pages: found 3, allowed 1 to 2", "--pages", "1,3"}
    };
    for (String[] each : cases) {
      for (String command : new String[] {"ask", "caption"}) {
        Run run =
            command.equals("ask")
                ? Run.of(command, pdf, "Why?", each[1], each[2], "--model", "tiny")
                : Run.of(command, pdf, each[1], each[2], "--model", "tiny");
        assertEquals(ExitStatus.BAD_INPUT, run.status(), run.err());
        assertTrue(run.err().contains(each[0]), run.err());
      }
    }
    Run two = Run.of("inspect", "image", pdf, "--model", "tiny");
    assertEquals(ExitStatus.BAD_INPUT, two.status());
    assertTrue(two.err().contains("pages: found 2, allowed 1 here"), two.err());
  }

  @Test
  void badDocumentsAreBadInput() throws IOException {
    byte[] good = PdfFiles.ofText(1);
    assertRefused("pages: found 33, allowed 32 at a time", PdfFiles.ofText(33));
    assertRefused("needs a password", PdfFiles.ofText(1, "secret"));
    assertRefused("cannot be read as a PDF", Arrays.copyOf(good, 70));
  }

  private void assertRefused(String message, byte[] bytes) throws IOException {
    String pdf = file(bytes);
    // The document is looked at before the model, which is not even there.
    Run run = Run.of("ask", pdf, "Why?", "--model", folder.resolve("none").toString());
    assertEquals(ExitStatus.BAD_INPUT, run.status(), run.err());
    assertTrue(run.err().startsWith("smolvlm: " + pdf + ": " + message), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void helpTellsOfDocuments() {
    for (String command : new String[] {"ask", "caption", "chat"}) {
      String help = Run.of(command, "--help").out();
      assertTrue(help.contains("PDF") && help.contains("--pages"), help);
    }
  }
}
