package io.smolvlm.app.cli;

import io.smolvlm.models.hub.HubCache;
import io.smolvlm.models.hub.HubReference;
import io.smolvlm.models.hub.HubSettings;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "rm",
    description = "Removes models from the hub's cache, with all their revisions, after asking.")
final class RmCommand implements Callable<Integer> {
  private static final Set<String> YES = Set.of("y", "yes");

  private final Terminal terminal;

  @Parameters(
      arity = "1..*",
      paramLabel = "MODEL",
      description = "Short names (see smolvlm models) or IDs as in OWNER/NAME.")
  List<String> models = List.of();

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  boolean yes;

  RmCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var cache = new HubCache(HubSettings.cacheOfEnvironment());
    var lines = LineReader.of(terminal);
    int status = ExitStatus.OK;
    for (String model : models) {
      String id = id(model);
      long bytes =
          cache
              .bytes(id)
              .orElseThrow(() ->
                  new SmolVlmException(
                      ErrorCode.MODEL_NOT_FOUND,
                      "model " + id + ": not in the cache " + cache.root()));
      String what = id + ", " + PullProgress.size(bytes);
      if (yes || confirmed(lines, what)) {
        cache.remove(id);
        terminal.message("removed " + what);
      } else {
        terminal.message("kept " + what + "; answer y or give --yes to remove it");
        status = ExitStatus.BAD_INPUT;
      }
    }
    return status;
  }

  private boolean confirmed(LineReader lines, String what) {
    String question = "remove " + what + "? [y/N] ";
    if (!terminal.interactive()) {
      terminal.message(question);
    }
    return lines
        .next(question)
        .map(answer -> YES.contains(answer.strip().toLowerCase(Locale.ROOT)))
        .orElse(false);
  }

  private static String id(String model) {
    HubReference reference = PullCommand.reference(model);
    if (!reference.toString().equals(reference.id())) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "model: found '"
              + model
              + "'; all of a repository is removed, name it "
              + reference.id());
    }
    return reference.id();
  }
}
