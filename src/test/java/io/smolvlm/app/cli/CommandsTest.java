package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/// The commands that README.md prints. A block of commands is marked by the comment before it:
/// `run` are run, `parse` are checked for commands and options that exist, `never` are left alone.
class CommandsTest {
  private static final Pattern BLOCK =
      Pattern.compile("<!-- commands: (run|parse|never) -->\\n```sh\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  /// @param input a file for standard input, empty for none
  record Printed(String line, List<String> args, String input) {
    @Override
    public String toString() {
      return line;
    }
  }

  static List<Printed> run() throws IOException {
    return commands("run");
  }

  static List<Printed> parse() throws IOException {
    return commands("parse");
  }

  @Test
  void everyBlockOfCommandsIsMarked() throws IOException {
    Matcher blocks = Pattern.compile("```sh\\n").matcher(readme());
    Matcher marked = BLOCK.matcher(readme());
    assertEquals(blocks.results().count(), marked.results().count());
  }

  @Test
  void firstCommandCaptionsTheScene() throws IOException {
    Matcher first = BLOCK.matcher(readme());
    assertTrue(first.find());
    assertEquals("./smolvlm caption samples/images/scene.png", first.group(2).strip());
  }

  @ParameterizedTest
  @MethodSource("run")
  void commandRuns(Printed command) throws IOException {
    byte[] input =
        command.input().isEmpty()
            ? new byte[0]
            : Files.readAllBytes(Run.ROOT.resolve(command.input()));
    String[] args =
        command.args().stream()
            .map(arg -> arg.startsWith("samples/") ? Run.ROOT.resolve(arg).toString() : arg)
            .toArray(String[]::new);
    Run run = Run.with(input, false, args);
    assertEquals(ExitStatus.OK, run.status(), run.err());
    assertFalse(run.out().isBlank());
  }

  @ParameterizedTest
  @MethodSource("parse")
  void commandExists(Printed command) {
    CommandLine line = Main.commandLine(StandardStreams.open());
    line.parseArgs(command.args().toArray(String[]::new)); // throws on what is unknown
  }

  private static String readme() throws IOException {
    return Files.readString(Run.ROOT.resolve("README.md"));
  }

  private static List<Printed> commands(String mark) throws IOException {
    var commands = new ArrayList<Printed>();
    Matcher block = BLOCK.matcher(readme());
    while (block.find()) {
      if (block.group(1).equals(mark)) {
        block.group(2).lines().map(CommandsTest::command).forEach(commands::add);
      }
    }
    assertFalse(commands.isEmpty(), "README.md has commands to " + mark);
    return commands;
  }

  private static Printed command(String line) {
    var args = new ArrayList<String>();
    String input = "";
    Matcher word = WORD.matcher(line);
    boolean redirected = false;
    while (word.find()) {
      String text =
          word.group(1) != null
              ? word.group(1)
              : word.group(2) != null ? word.group(2) : word.group(3);
      if (redirected) {
        input = text;
        redirected = false;
      } else if (text.equals("<")) {
        redirected = true;
      } else {
        args.add(text);
      }
    }
    assertEquals("./smolvlm", args.removeFirst(), line);
    assertTrue(Files.isExecutable(Path.of(Run.ROOT.toString(), "smolvlm")));
    return new Printed(line, List.copyOf(args), input);
  }
}
