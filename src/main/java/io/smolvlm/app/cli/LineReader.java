package io.smolvlm.app.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Lines that somebody types, with editing and history on a terminal; or lines of a pipe.
final class LineReader {
  private final BufferedReader pipe;
  private final @Nullable Console console;

  private LineReader(BufferedReader pipe, @Nullable Console console) {
    this.pipe = pipe;
    this.console = console;
  }

  static LineReader of(Terminal terminal) {
    Console console = terminal.interactive() ? System.console() : null;
    boolean typed = console != null && console.isTerminal();
    return new LineReader(
        new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8)),
        typed ? console : null);
  }

  /// The next line without its end; empty at the end of input.
  Optional<String> next(String prompt) {
    if (console != null) {
      return typed(console, prompt);
    }
    try {
      return Optional.ofNullable(pipe.readLine());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> typed(Console console, String prompt) {
    try {
      return Optional.ofNullable(console.readLine("%s", prompt));
    } catch (RuntimeException e) {
      // Ctrl-C, from the editor inside the JDK, whose exception has no public type.
      if (e.getClass().getSimpleName().equals("UserInterruptException")) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
