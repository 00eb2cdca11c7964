package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.tools.ToolCall;
import io.smolvlm.tensor.SmolVlmException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ToolsTest {
  private static final String TOOLS =
      """
      [{"name": "weather", "description": "Weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        "command": ["sh", "-c", "printf 'sunny, asked: '; cat"]},
       {"type": "function", "function": {"name": "time", "parameters": {"type": "object"}}},
       {"name": "slow", "command": ["sh", "-c", "sleep 60"]},
       {"name": "broken", "command": ["sh", "-c", "exit 3"]}]
      """;

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private ToolFile read(String text) throws IOException {
    return ToolFile.read(Files.writeString(folder.resolve("tools.json"), text));
  }

  private ToolRunner runner(String typed) throws IOException {
    var terminal =
        new Terminal(
            new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(new ByteArrayOutputStream()),
            false,
            false,
            false);
    return new ToolRunner(read(TOOLS), terminal, LineReader.of(terminal), Duration.ofSeconds(1));
  }

  @Test
  void bothShapesAreRead() throws IOException {
    ToolFile file = read(TOOLS);
    assertEquals(
        List.of("weather", "time", "slow", "broken"),
        file.tools().stream().map(tool -> tool.name()).toList());
    assertEquals("function", file.tools().getFirst().definition().get("type"));
    assertTrue(file.tools().getFirst().parameters().contains("city"));
    assertTrue(
        !file.tools().getFirst().definition().toString().contains("printf"),
        "the model does not see commands");
  }

  @Test
  void whatIsNoListOfToolsIsRefusedByName() throws IOException {
    for (String bad :
        new String[] {
          "{}",
          "[]",
          "[1]",
          "[{}]",
          "[{\"name\": \"a b\"}]",
          "[{\"name\": \"a\"}, {\"name\": \"a\"}]",
          "[{\"name\": \"a\", \"parameters\": []}]",
          "[{\"name\": \"a\", \"command\": \"ls\"}]",
          "[{\"name\""
        }) {
      assertThrows(SmolVlmException.class, () -> read(bad), bad);
    }
    Run run = Run.of("chat", "--tools", folder.resolve("none.json").toString());
    assertEquals(ExitStatus.BAD_INPUT, run.status());
    assertTrue(run.err().contains("none.json"), run.err());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void commandGetsTheArgumentsAndGivesTheResult() throws IOException {
    Optional<String> result = runner("").result(new ToolCall("weather", "{\"city\": \"Oslo\"}"));
    assertEquals(Optional.of("sunny, asked: {\"city\": \"Oslo\"}"), result);
    String shown = out.toString(StandardCharsets.UTF_8);
    assertTrue(shown.contains("call weather {\"city\": \"Oslo\"}"), shown);
    assertTrue(shown.contains("result sunny"), shown);
  }

  @Test
  void personTellsTheResultOfOthers() throws IOException {
    ToolRunner runner = runner("half past four\n");
    assertEquals(Optional.of("half past four"), runner.result(new ToolCall("time", "{}")));
    assertEquals(Optional.empty(), runner.result(new ToolCall("time", "{}")), "no more input");
    assertTrue(runner.result(new ToolCall("other", "{}")).orElseThrow().contains("no such"));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void commandsThatHangOrFailAreErrors() throws IOException {
    ToolRunner runner = runner("");
    var slow =
        assertThrows(SmolVlmException.class, () -> runner.result(new ToolCall("slow", "{}")));
    assertTrue(slow.getMessage().contains("slow"), slow.getMessage());
    var broken =
        assertThrows(SmolVlmException.class, () -> runner.result(new ToolCall("broken", "{}")));
    assertTrue(broken.getMessage().contains("status 3"), broken.getMessage());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void modelThatWouldNotCallMayBeMadeTo() throws IOException {
    read(TOOLS);
    Run run =
        Run.typed(
            "Is it warm in Oslo?\n",
            "chat",
            "--model",
            "tiny",
            "--tools",
            folder.resolve("tools.json").toString(),
            "--must-call",
            "--max-tokens",
            "100");
    assertTrue(run.out().contains("call "), run.out() + run.err());
    Run refused = Run.of("chat", "--must-call", "--model", "tiny");
    assertEquals(ExitStatus.BAD_INPUT, refused.status());
    assertTrue(refused.err().contains("--tools FILE"), refused.err());
  }
}
