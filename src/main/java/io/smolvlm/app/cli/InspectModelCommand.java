package io.smolvlm.app.cli;

import io.smolvlm.models.Checkpoint;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.Weights;
import io.smolvlm.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "model",
    description = "Checks a model and shows its configuration, tensors, types and sizes.")
final class InspectModelCommand implements Runnable, WithJson {
  private final Terminal terminal;

  @Parameters(arity = "0..1", paramLabel = "MODEL", description = "The same as --model MODEL.")
  String reference = "";

  @Mixin ModelOptions model = new ModelOptions();

  @Option(
      names = "--json",
      description = "Print one JSON object; of a refused model its error, with exit status 3.")
  boolean json;

  InspectModelCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return json;
  }

  @Override
  public void run() {
    if (!reference.isEmpty()) {
      model.reference = reference;
    }
    try (Checkpoint checkpoint = LoadedModel.checkpoint(model)) {
      // All of it is read before anything is printed.
      Weights weights = LoadedModel.refusing(checkpoint::weights);
      LoadedModel.refusing(checkpoint::chatTemplate);
      LoadedModel.refusing(checkpoint::tokenizer);
      if (json) {
        terminal.println(Json.pretty(fields(checkpoint, checkpoint.config(), weights)));
      } else {
        show(checkpoint, checkpoint.config(), weights);
      }
    }
  }

  private Map<String, Object> fields(Checkpoint checkpoint, ModelConfig config, Weights weights) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("model", model.reference);
    fields.put("path", checkpoint.path().toString());
    fields.put("config", ConfigFields.of(config));
    fields.put("parameters", parameters(weights));
    fields.put("bytes", bytes(weights));
    fields.put("tensors", weights.stored().stream().map(InspectModelCommand::tensor).toList());
    fields.put("unused", weights.unused());
    fields.put("ignored", weights.ignored());
    return fields;
  }

  private static Map<String, Object> tensor(Tensor tensor) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("name", tensor.name());
    fields.put("dtype", tensor.dtype().toString());
    fields.put("shape", Arrays.stream(tensor.shape().toArray()).boxed().toList());
    fields.put("bytes", tensor.data().byteSize());
    fields.put("file", tensor.file());
    return fields;
  }

  private void show(Checkpoint checkpoint, ModelConfig config, Weights weights) {
    terminal.println("model       " + model.reference + " (" + checkpoint.path() + ")");
    terminal.println("type        " + config.modelType());
    show("text", ConfigFields.text(config));
    config.pictures().ifPresent(pictures -> show("pictures", ConfigFields.pictures(pictures)));
    var types = new TreeMap<String, Integer>();
    weights.stored().forEach(tensor -> types.merge(tensor.dtype().toString(), 1, Integer::sum));
    terminal.println(
        "tensors     %d (%s), %d parameters, %.1f MB"
            .formatted(weights.stored().size(), types, parameters(weights), bytes(weights) / 1e6));
    for (Tensor tensor : weights.stored()) {
      terminal.println("  %-5s %-16s %s".formatted(tensor.dtype(), tensor.shape(), tensor.name()));
    }
    list("unused", weights.unused());
    weights.ignored().forEach((name, why) -> terminal.println("left aside  " + name + ": " + why));
  }

  private void show(String title, Map<String, Object> fields) {
    terminal.println(title);
    fields.forEach((name, value) -> terminal.println("  %-24s %s".formatted(name, value)));
  }

  private void list(String title, List<String> names) {
    names.forEach(name -> terminal.println("%-11s %s".formatted(title, name)));
  }

  private static long parameters(Weights weights) {
    return weights.stored().stream().mapToLong(tensor -> tensor.shape().elements()).sum();
  }

  private static long bytes(Weights weights) {
    return weights.stored().stream().mapToLong(tensor -> tensor.data().byteSize()).sum();
  }
}
