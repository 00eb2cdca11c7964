package io.smolvlm.app.cli;

import io.smolvlm.language.tools.ToolCall;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Answers the calls of a model: by the command of the function's entry, which gets the arguments
/// as JSON on its standard input and prints the result; else by the person at the keyboard. Every
/// call and every result is shown.
final class ToolRunner {
  private static final int MAX_RESULT = 64 << 10;

  private final ToolFile file;
  private final Terminal terminal;
  private final LineReader lines;
  private final Duration patience;

  /// @param patience how long a command may take
  ToolRunner(ToolFile file, Terminal terminal, LineReader lines, Duration patience) {
    this.file = file;
    this.terminal = terminal;
    this.lines = lines;
    this.patience = patience;
  }

  /// The result of a call; empty when nobody gives one.
  ///
  /// @throws SmolVlmException when a command cannot be run or fails
  Optional<String> result(ToolCall call) {
    terminal.println("call " + call.name() + " " + terminal.harmless(call.arguments()));
    if (!file.knows(call.name())) {
      return Optional.of(shown(Json.text(java.util.Map.of("error", "no such function"))));
    }
    List<String> command = file.commands().get(call.name());
    if (command == null) {
      if (!terminal.interactive()) {
        terminal.message("the result of " + call.name() + " is read from the next line");
      }
      return lines.next("result> ");
    }
    return Optional.of(shown(run(call, command)));
  }

  private String shown(String result) {
    terminal.println("result " + terminal.harmless(result));
    return result;
  }

  private String run(ToolCall call, List<String> command) {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    } catch (IOException e) {
      throw failed(call, "cannot be started: " + e.getMessage());
    }
    Thread limit = Thread.ofVirtual().start(() -> end(process));
    try (InputStream result = process.getInputStream()) {
      feed(process, call.arguments());
      byte[] bytes = result.readNBytes(MAX_RESULT + 1);
      if (bytes.length > MAX_RESULT) {
        throw failed(call, "prints more than " + MAX_RESULT + " bytes");
      }
      int status = process.waitFor();
      if (status != 0) {
        throw failed(
            call, "ended with status " + status + " (at most " + patience.toSeconds() + " s)");
      }
      return new String(bytes, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw failed(call, "cannot be read: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(call, "was interrupted");
    } finally {
      limit.interrupt();
      process.destroyForcibly();
    }
  }

  /// A command need not read its arguments.
  private static void feed(Process process, String arguments) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(arguments.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It has closed its input.
    }
  }

  private void end(Process process) {
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      // It has ended.
    }
  }

  private static SmolVlmException failed(ToolCall call, String why) {
    return new SmolVlmException(
        ErrorCode.INVALID_VALUE, "the command of " + call.name() + " " + why);
  }
}
