package io.smolvlm.app.cli;

import io.smolvlm.models.hub.Hub;
import io.smolvlm.models.hub.HubReference;
import io.smolvlm.models.hub.HubSettings;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "pull",
    description = {
      "Fetches models from the hub into its cache, which huggingface_hub shares, and prints where"
          + " they are. Only files that are needed and missing; a pull that was cut off goes on.",
      "Reads HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HTTPS_PROXY, NO_PROXY."
    })
final class PullCommand implements Runnable, WithJson {
  private final Terminal terminal;

  @Parameters(
      arity = "1..*",
      paramLabel = "MODEL",
      description =
          "A short name (see smolvlm models), an ID as in OWNER/NAME, with /FILE.gguf for a GGUF"
              + " file and @REVISION for a branch, tag or commit.")
  List<String> models = List.of();

  @Option(names = "--json", description = "Print one JSON object a model.")
  boolean json;

  PullCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return json;
  }

  @Override
  public void run() {
    List<HubReference> references = models.stream().map(PullCommand::reference).toList();
    try (Hub hub = new Hub(HubSettings.ofEnvironment())) {
      for (HubReference reference : references) {
        Path path = hub.pull(reference, new PullProgress(terminal));
        terminal.clearProgress();
        terminal.println(json ? Json.text(fields(reference, path)) : path.toString());
      }
    }
  }

  private static Map<String, Object> fields(HubReference reference, Path path) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("model", reference.toString());
    fields.put("path", path.toString());
    return fields;
  }

  static HubReference reference(String word) {
    return HubReference.parse(word)
        .orElseThrow(() ->
            new SmolVlmException(
                ErrorCode.INVALID_VALUE,
                "model: found '"
                    + word
                    + "', needed a short name (see smolvlm models) or OWNER/NAME"));
  }
}
