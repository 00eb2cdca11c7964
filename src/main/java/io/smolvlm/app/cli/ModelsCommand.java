package io.smolvlm.app.cli;

import io.smolvlm.models.ModelCatalog;
import io.smolvlm.models.hub.ShortNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "models",
    description = {
      "Lists the models on this machine: the one of this build and those in the hub's cache, which"
          + " huggingface_hub shares.",
      "--model also takes folders and GGUF files."
    })
final class ModelsCommand implements Runnable, WithJson {
  private final Terminal terminal;

  @Option(names = "--json", description = "Print a JSON list.")
  boolean json;

  ModelsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return json;
  }

  @Override
  public void run() {
    var catalog = new ModelCatalog();
    List<ModelCatalog.Entry> entries = catalog.list();
    if (json) {
      terminal.println(Json.pretty(entries.stream().map(ModelsCommand::fields).toList()));
      return;
    }
    for (ModelCatalog.Entry entry : entries) {
      terminal.println(
          "%-12s %s (%.1f MB, %s)"
              .formatted(entry.alias(), entry.description(), entry.bytes() / 1e6, entry.where()));
    }
    ModelCatalog.PackedWeights packed = catalog.packedWeights();
    if (packed != null) {
      terminal.println(
          "%.1f MB of packed weights in %s, made again when they are needed"
              .formatted(packed.bytes() / 1e6, packed.folder()));
    }
    terminal.println("smolvlm pull NAME fetches " + String.join(", ", ShortNames.all()));
  }

  private static Map<String, Object> fields(ModelCatalog.Entry entry) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("alias", entry.alias());
    fields.put("description", entry.description());
    fields.put("where", entry.where());
    fields.put("bytes", entry.bytes());
    fields.put("demonstration", entry.demonstration());
    return fields;
  }
}
