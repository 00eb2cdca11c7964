package io.smolvlm.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
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
    })
final class RootCommand implements Runnable {
  /// By name, in the order of the help.
  private static final Map<String, Class<?>> COMMANDS = commands();

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

  private static Map<String, Class<?>> commands() {
    var all = new LinkedHashMap<String, Class<?>>();
    all.put("caption", CaptionCommand.class);
    all.put("ask", AskCommand.class);
    all.put("chat", ChatCommand.class);
    all.put("inspect", InspectCommand.class);
    all.put("models", ModelsCommand.class);
    all.put("bench", BenchCommand.class);
    all.put("quantize", QuantizeCommand.class);
    all.put("synth", SynthCommand.class);
    all.put("serve", ServeCommand.class);
    all.put("key", KeyCommand.class);
    all.put("pull", PullCommand.class);
    all.put("rm", RmCommand.class);
    all.put("completion", CompletionCommand.class);
    return Collections.unmodifiableMap(all);
  }

  /// Adds the command that the arguments begin with, and all of them where they begin with none:
  /// reading the annotations of all takes 0.2 s of every start.
  static void addCommands(CommandLine line, String... args) {
    Class<?> only = args.length == 0 || args[0].equals("completion") ? null : COMMANDS.get(args[0]);
    if (only != null) {
      line.addSubcommand(only);
    } else {
      COMMANDS.values().forEach(line::addSubcommand);
    }
  }

  static CommandLine of(CommandSpec spec) {
    return spec.root().commandLine();
  }
}
