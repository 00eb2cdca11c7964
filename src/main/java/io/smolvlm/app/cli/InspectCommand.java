package io.smolvlm.app.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "inspect",
    description = "Shows what a model sees, is asked and computes, to compare with others.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      InspectImageCommand.class,
      InspectPromptCommand.class,
      InspectForwardCommand.class,
      InspectModelCommand.class,
      InspectAnswersCommand.class,
      InspectParityCommand.class
    })
final class InspectCommand implements Runnable {
  private final Terminal terminal;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  InspectCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    spec.commandLine().usage(terminal.out());
  }
}
