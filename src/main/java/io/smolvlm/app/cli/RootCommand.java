package io.smolvlm.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(
    name = "smolvlm",
    description = "Describes pictures and answers questions about them, on this machine.",
    mixinStandardHelpOptions = true,
    versionProvider = RootCommand.Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:all went well",
      "1:something else failed",
      "2:bad input: an option, a picture, a prompt that does not fit",
      "3:bad model: not found, or its files break a rule"
    },
    subcommands = {
      CaptionCommand.class,
      AskCommand.class,
      ChatCommand.class,
      InspectCommand.class,
      ModelsCommand.class,
      ServeCommand.class,
      CompletionCommand.class
    })
final class RootCommand implements Runnable {
  private final Terminal terminal;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where in the program an error arose.")
  boolean debug;

  RootCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    spec.commandLine().usage(terminal.out());
  }

  /// What `--version` prints.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
      return new String[] {
        "smolvlm "
            + number()
            + " (Java "
            + Runtime.version()
            + ", "
            + System.getProperty("os.arch")
            + ")"
      };
    }

    static String number() throws IOException {
      var properties = new Properties();
      try (InputStream in = RootCommand.class.getResourceAsStream("version.properties")) {
        if (in != null) {
          properties.load(in);
        }
      }
      return properties.getProperty("version", "of unknown version");
    }
  }

  static CommandLine of(CommandSpec spec) {
    return spec.root().commandLine();
  }
}
