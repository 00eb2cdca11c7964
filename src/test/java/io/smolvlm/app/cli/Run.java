package io.smolvlm.app.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// One run of the command line inside the test's process.
///
/// @param status what it would exit with
record Run(int status, String out, String err) {
  static final Path ROOT = Path.of(System.getProperty("smolvlm.root", ".."));

  static Run of(String... args) {
    return with(new byte[0], false, args);
  }

  static Run onTerminal(String... args) {
    return with(new byte[0], true, args);
  }

  static Run typed(String input, String... args) {
    return with(input.getBytes(StandardCharsets.UTF_8), false, args);
  }

  static Run with(byte[] input, boolean terminal, String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status =
        Main.run(
            args,
            new Terminal(
                new ByteArrayInputStream(input),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                terminal,
                terminal,
                true));
    return new Run(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  static String sample(String name) {
    return ROOT.resolve("samples").resolve("images").resolve(name).toString();
  }
}
