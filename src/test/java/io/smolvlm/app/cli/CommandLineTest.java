package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.tensor.Shape;
import io.smolvlm.tensor.TensorFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Option;

class CommandLineTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;

  @Test
  void helpAndVersionAreNoErrors() {
    assertEquals(ExitStatus.OK, Run.of("--help").status());
    assertTrue(Run.of("--version").out().startsWith("smolvlm "));
    assertTrue(Run.of().out().contains("caption"), "no command shows what there is");
  }

  @Test
  void everyCommandHasHelp() {
    for (var command : Main.commandLine(StandardStreams.open()).getSubcommands().entrySet()) {
      Run run = Run.of(command.getKey(), "--help");
      assertEquals(ExitStatus.OK, run.status(), command.getKey());
      assertTrue(run.out().startsWith("Usage: smolvlm " + command.getKey()), run.out());
    }
  }

  /// picocli formats descriptions: a lone percent sign would be a warning above every help text.
  @Test
  void descriptionsCanBeFormatted() {
    assertFormats(Main.commandLine(StandardStreams.open()));
  }

  private static void assertFormats(CommandLine command) {
    for (ArgSpec argument : command.getCommandSpec().args()) {
      if (argument.userObject() instanceof Field field && field.isAnnotationPresent(Option.class)) {
        for (String text : field.getAnnotation(Option.class).description()) {
          assertDoesNotThrow(() -> String.format(text), field.toString());
        }
      }
    }
    command.getSubcommands().values().forEach(CommandLineTest::assertFormats);
  }

  @Test
  void badArgumentsAreBadInputInOneLineAndAHint() {
    for (String[] args :
        new String[][] {
          {"capton"},
          {"caption"},
          {"caption", "--frob", "x.png"},
          {"caption", "--seed", "many", "x.png"},
          {"inspect", "forward", "x.png", "Why?"}
        }) {
      Run run = Run.of(args);
      assertEquals(ExitStatus.BAD_INPUT, run.status(), run.err());
      assertTrue(run.err().startsWith("smolvlm: "), run.err());
      assertTrue(run.err().contains("--help"), run.err());
      assertQuiet(run);
    }
  }

  @Test
  void valuesOutOfRangeAreBadInputThatNamesTheRange() {
    for (String[] option :
        new String[][] {
          {"--temperature", "3", "0.0 to 2.0"},
          {"--top-p", "0", "to 1"},
          {"--max-tokens", "0", "1 or more"},
          {"--longest-edge", "100", "128"}
        }) {
      Run run = Run.of("ask", Run.sample("scene.png"), "Why?", option[0], option[1]);
      assertEquals(ExitStatus.BAD_INPUT, run.status(), run.err());
      assertTrue(run.err().contains(option[2]), run.err());
      assertQuiet(run);
    }
  }

  @Test
  void questionWithoutPictureFileIsAsked() {
    Run run = Run.of("ask", Run.sample("scene.png"));
    assertEquals(ExitStatus.BAD_INPUT, run.status());
    assertTrue(run.err().contains("a question is missing"), run.err());
  }

  @Test
  void absentPictureIsNamedAsItWasGiven() {
    Run run = Run.of("inspect", "image", "nowhere/no.png");
    assertEquals(ExitStatus.BAD_INPUT, run.status());
    assertEquals("smolvlm: nowhere/no.png: no such file" + System.lineSeparator(), run.err());
  }

  @Test
  void smallPicturesNeedNotBeEnlarged() throws IOException {
    Path small = folder.resolve("small.png");
    ImageIO.write(new BufferedImage(90, 50, BufferedImage.TYPE_INT_RGB), "png", small.toFile());
    for (var wanted : Map.of("--enlarge", 5, "--no-enlarge", 1).entrySet()) {
      Run run = Run.of("inspect", "image", "--json", wanted.getKey(), small.toString());
      assertEquals(ExitStatus.OK, run.status(), run.err());
      assertEquals(wanted.getValue(), JSON.readTree(run.out()).path("tiles").asInt());
    }
  }

  @Test
  void unreadablePictureIsBadInput() throws IOException {
    Path text = Files.writeString(folder.resolve("text.png"), "no picture at all");
    for (String file : List.of(text.toString(), folder.toString())) {
      Run run = Run.of("inspect", "image", file);
      assertEquals(ExitStatus.BAD_INPUT, run.status());
      assertTrue(run.err().contains(file), run.err());
      assertQuiet(run);
    }
  }

  @Test
  void absentModelIsBadModelAsTextAndAsJson() throws IOException {
    Run run = Run.of("inspect", "model", folder.resolve("none").toString());
    assertEquals(ExitStatus.BAD_MODEL, run.status());
    assertTrue(run.err().startsWith("smolvlm: "), run.err());
    Run json = Run.of("inspect", "model", "--json", folder.resolve("none").toString());
    assertEquals(ExitStatus.BAD_MODEL, json.status());
    assertEquals("model_not_found", JSON.readTree(json.out()).path("error").path("kind").asText());
  }

  @Test
  void brokenModelTellsFileAndRule() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": ");
    Run json = Run.of("inspect", "model", "--json", folder.toString());
    assertEquals(ExitStatus.BAD_MODEL, json.status());
    JsonNode error = JSON.readTree(json.out()).path("error");
    assertAll(
        () -> assertTrue(error.path("file").asText().contains("config.json"), error.toString()),
        () -> assertTrue(error.hasNonNull("part"), error.toString()),
        () -> assertTrue(error.hasNonNull("found"), error.toString()),
        () -> assertTrue(error.hasNonNull("needed"), error.toString()));
  }

  @Test
  void modelIsShownWithTensorsAndConfiguration() throws IOException {
    JsonNode model = JSON.readTree(Run.of("inspect", "model", "--json").out());
    assertEquals("smolvlm", model.path("config").path("model_type").asText());
    assertTrue(model.path("tensors").size() > 100);
    assertTrue(model.path("tensors").get(0).has("dtype"));
    assertTrue(model.path("unused").isArray());
    assertEquals("exact", model.path("precision").asText());
  }

  @Test
  void precisionIsChosenAndShown() throws IOException {
    JsonNode model =
        JSON.readTree(Run.of("inspect", "model", "--json", "--precision", "int8").out());
    assertEquals("int8", model.path("precision").asText());
    Run unknown = Run.of("caption", "--precision", "half", Run.sample("scene.png"));
    assertEquals(ExitStatus.BAD_INPUT, unknown.status());
    assertTrue(unknown.err().contains("precision: found 'half', allowed auto"), unknown.err());
  }

  @Test
  void pictureIsCutAndWritten() throws IOException {
    Path out = folder.resolve("tiles");
    Run run = Run.of("inspect", "image", "--json", "--out", out.toString(), Run.sample("cat.jpg"));
    assertEquals(ExitStatus.OK, run.status(), run.err());
    JsonNode image = JSON.readTree(run.out());
    assertEquals(2, image.path("rows").asInt());
    assertEquals(2, image.path("cols").asInt());
    assertEquals(5, image.path("tiles").asInt());
    assertEquals(80, image.path("tokens").asInt());
    assertEquals(5, image.path("tile_sha256").size());
    assertTrue(Files.exists(out.resolve("row-2-col-2.png")));
    assertTrue(Files.exists(out.resolve("whole.png")));
  }

  @Test
  void pictureComesFromStandardInput() throws IOException {
    byte[] scene = Files.readAllBytes(Path.of(Run.sample("scene.png")));
    Run run = Run.with(scene, false, "inspect", "image", "-", "--json");
    assertEquals(ExitStatus.OK, run.status(), run.err());
    assertEquals(240, JSON.readTree(run.out()).path("width").asInt());
  }

  @Test
  void coloursStandOnTerminalsOnly() {
    assertFalse(Run.of("--help").out().contains("\u001b"));
    assertTrue(Run.onTerminal("--help").out().contains("\u001b"));
    assertTrue(Run.onTerminal("inspect", "image", "no.png").err().contains("\u001b[31m"));
  }

  @Test
  void completionKnowsTheCommands() {
    Run run = Run.of("completion");
    assertEquals(ExitStatus.OK, run.status());
    assertTrue(run.out().contains("_picocli_smolvlm_caption"), "the script completes caption");
  }

  @Test
  void modelsAreListed() throws IOException {
    assertTrue(Run.of("models").out().contains("tiny"));
    assertEquals(
        "tiny", JSON.readTree(Run.of("models", "--json").out()).get(0).path("alias").asText());
  }

  @Test
  void badPictureFailsAlone() throws IOException {
    Run run =
        Run.of("caption", "--json", Run.sample("heart.png"), "no.png", Run.sample("two-stars.png"));
    assertEquals(ExitStatus.BAD_INPUT, run.status());
    List<String> lines = run.out().lines().toList();
    assertEquals(3, lines.size(), run.out());
    JsonNode first = JSON.readTree(lines.getFirst());
    assertEquals(
        "A purple heart at the top of a light blue background.", first.path("text").asText());
    assertEquals("stop", first.path("finish_reason").asText());
    assertEquals(80, first.path("usage").path("image_tokens").asInt());
    assertTrue(first.path("timings").path("decode_ms").asDouble() > 0);
    assertEquals("tiny", first.path("model").asText());
    assertEquals("missing", JSON.readTree(lines.get(1)).path("error").path("kind").asText());
    assertTrue(JSON.readTree(lines.get(2)).has("text"));
    assertTrue(run.err().contains("demonstration model"), run.err());
  }

  @Test
  void severalCaptionsAreNamedAndProgressStaysOnTerminals() {
    String heart = Run.sample("heart.png");
    String stars = Run.sample("two-stars.png");
    String answer = "A purple heart at the top of a light blue background.";
    Run plain = Run.of("caption", heart, stars);
    assertTrue(plain.out().startsWith(heart + ": " + answer), plain.out());
    assertFalse(plain.err().contains("tiles"), plain.err());
    Run shown = Run.onTerminal("caption", heart, stars);
    assertTrue(shown.out().startsWith(heart + ": " + answer), shown.out());
    assertTrue(shown.err().contains("tiles 5/5"), shown.err());
  }

  @Test
  void answersEndWhereTheyAreTold() throws IOException {
    String scene = Run.sample("scene.png");
    JsonNode cut =
        JSON.readTree(
            Run.of("ask", scene, "Describe this image.", "--max-tokens", "3", "--json").out());
    assertEquals("length", cut.path("finish_reason").asText());
    assertEquals(3, cut.path("usage").path("completion_tokens").asInt());
    Run stopped = Run.of("ask", scene, "Describe this image.", "--stop", ", a");
    assertEquals("From top to bottom: a purple cross", stopped.out().strip());
  }

  @Test
  void sameSeedGivesTheSameAnswer() {
    String[] args = {
      "ask", Run.sample("cat.jpg"), "What do you see?", "--temperature", "1", "--max-tokens", "12"
    };
    String first = Run.of(args).out();
    assertEquals(first, Run.of(args).out());
  }

  @Test
  void conversationGoesOnAndTakesPictures() {
    Run run =
        Run.typed(
            """
            How many shapes are there?
            /image %s
            /nonsense
            /reset
            /image %s
            What color is the circle?
            /quit
            never read
            """
                .formatted(Run.sample("heart.png"), Run.sample("three-shapes.png")),
            "chat",
            Run.sample("scene.png"));
    assertEquals(ExitStatus.OK, run.status(), run.err());
    assertEquals(List.of("4", "Black."), run.out().lines().toList());
    assertTrue(run.err().contains("/nonsense is unknown"), run.err());
  }

  @Test
  void stagesAreWrittenForOthersToCompare() {
    Path file = folder.resolve("stages.safetensors");
    Run run =
        Run.of(
            "inspect",
            "forward",
            Run.sample("scene.png"),
            "Describe this image.",
            "--out",
            file.toString());
    assertEquals(ExitStatus.OK, run.status(), run.err());
    try (TensorFile tensors = TensorFile.open(file)) {
      assertEquals(Shape.of(5, 3, 128, 128), tensors.tensor("pixel_values").shape());
      assertEquals(Shape.of(5, 64, 192), tensors.tensor("patch_embeddings").shape());
      assertEquals(Shape.of(5, 64, 192), tensors.tensor("vision_last_hidden_state").shape());
      assertEquals(Shape.of(5, 16, 192), tensors.tensor("connector").shape());
      long[] ids = tensors.tensor("input_ids").toLongs();
      assertEquals(Shape.of(ids.length, 192), tensors.tensor("inputs_embeds").shape());
      assertEquals(Shape.of(ids.length, 2048), tensors.tensor("logits").shape());
    }
  }

  @Test
  void promptIsTextAndIds() throws IOException {
    JsonNode prompt =
        JSON.readTree(Run.of("inspect", "prompt", "--json", Run.sample("scene.png"), "Why?").out());
    assertTrue(prompt.path("text").asText().startsWith("<|im_start|>User:"), prompt.toString());
    assertTrue(prompt.path("ids").size() > 80);
    assertEquals(80, prompt.path("image_tokens").asInt());
  }

  private static void assertQuiet(Run run) {
    assertFalse(run.err().contains("\tat "), "no stack trace: " + run.err());
    assertFalse(run.err().contains("Exception"), "no class of ours: " + run.err());
  }
}
