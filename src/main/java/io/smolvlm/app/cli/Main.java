package io.smolvlm.app.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command line. It runs without Quarkus: a caption counts from process start.
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    // A library below asks SLF4J, which would complain that nobody listens here.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    Terminal terminal = StandardStreams.open();
    // Ctrl-C ends the process; it leaves no half line behind.
    Runtime.getRuntime().addShutdownHook(new Thread(terminal::clearProgress));
    int status = run(args, terminal);
    terminal.out().flush();
    terminal.err().flush();
    System.exit(status);
  }

  /// Runs one command.
  ///
  /// @return the exit status, see [ExitStatus]
  static int run(String[] args, Terminal terminal) {
    try {
      return commandLine(terminal, args).execute(args);
    } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
      boolean debug = List.of(args).contains("--debug");
      return Failure.report(e, terminal, false, debug);
    }
  }

  /// @param args what will be executed; none for a line that knows every command
  static CommandLine commandLine(Terminal terminal, String... args) {
    var root = new RootCommand(terminal);
    Ansi ansi = terminal.coloursOnOut() ? Ansi.ON : Ansi.OFF;
    var line = new CommandLine(root, new CommandFactory(terminal));
    RootCommand.addCommands(line, args);
    return line.setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()))
        .setErr(new PrintWriter(terminal.err(), true, terminal.err().charset()))
        .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
        .setExpandAtFiles(false) // a question may begin with @
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(refuse(terminal))
        .setExecutionExceptionHandler(fail(terminal, root));
  }

  private static IParameterExceptionHandler refuse(Terminal terminal) {
    return (ParameterException e, String[] args) -> {
      terminal.error(String.valueOf(e.getMessage()));
      UnmatchedArgumentException.printSuggestions(e, terminal.err());
      terminal
          .err()
          .println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
      return ExitStatus.BAD_INPUT;
    };
  }

  private static IExecutionExceptionHandler fail(Terminal terminal, RootCommand root) {
    return (Exception e, CommandLine command, CommandLine.ParseResult parsed) -> {
      boolean json = command.getCommand() instanceof WithJson asked && asked.json();
      return Failure.report(e, terminal, json, root.debug);
    };
  }
}
