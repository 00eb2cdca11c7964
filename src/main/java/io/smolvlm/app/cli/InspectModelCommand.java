package io.smolvlm.app.cli;

import io.smolvlm.language.ChatTemplate;
import io.smolvlm.language.Message;
import io.smolvlm.models.Checkpoint;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.Precision;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.Weights;
import io.smolvlm.tensor.Tensor;
import io.smolvlm.tensor.TensorFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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
  private static final String PROBE = "Hello, 42.";

  private final Terminal terminal;

  @Parameters(arity = "0..1", paramLabel = "MODEL", description = "The same as --model MODEL.")
  String reference = "";

  @Mixin ModelOptions model = new ModelOptions();

  @Option(
      names = "--weights-only",
      description = "Check the weight files alone, without configuration and tokenizer.")
  boolean weightsOnly;

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
    if (weightsOnly || standsAlone(model.reference())) {
      inspectWeights(Path.of(model.reference()));
    } else {
      inspectModel();
    }
  }

  /// A weight file without a configuration beside it.
  private static boolean standsAlone(String reference) {
    try {
      Path file = Path.of(reference);
      return reference.endsWith(".safetensors")
          && Files.isRegularFile(file)
          && !Files.exists(file.resolveSibling("config.json"));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private void inspectModel() {
    try (Checkpoint checkpoint = LoadedModel.checkpoint(model)) {
      // All of it is read before anything is printed.
      ModelConfig config = LoadedModel.refusing(checkpoint::config);
      Weights weights = LoadedModel.refusing(checkpoint::weights);
      LoadedModel.refusing(() -> checkpoint.tokenizer().encode(PROBE));
      LoadedModel.refusing(() -> checkpoint.chatTemplate().map(text -> render(text, config)));
      if (json) {
        terminal.println(Json.pretty(fields(checkpoint, config, weights)));
      } else {
        show(checkpoint, config, weights);
      }
    }
  }

  /// A template may be valid Jinja and still do what is never done; only rendering shows it.
  private static String render(Checkpoint.TemplateText text, ModelConfig config) {
    return ChatTemplate.of(text.file(), text.text(), config.specialTokens().named())
        .render(List.of(Message.text("user", PROBE)), true);
  }

  private void inspectWeights(Path path) {
    try (TensorFile file = TensorFile.open(path)) {
      List<Tensor> tensors = List.copyOf(file.tensors().values());
      if (json) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("model", model.reference());
        fields.put("path", file.path().toString());
        fields.put("parameters", parameters(tensors));
        fields.put("bytes", bytes(tensors));
        fields.put("tensors", tensors.stream().map(InspectModelCommand::tensor).toList());
        terminal.println(Json.pretty(fields));
      } else {
        terminal.println("weights     " + file.path() + ", nothing else was checked");
        show(tensors);
      }
    }
  }

  private Map<String, Object> fields(Checkpoint checkpoint, ModelConfig config, Weights weights) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("model", model.reference());
    fields.put("path", checkpoint.path().toString());
    fields.put("precision", precision(config).toString());
    fields.put("config", ConfigFields.of(config));
    fields.put("parameters", parameters(weights.stored()));
    fields.put("bytes", bytes(weights.stored()));
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
    terminal.println("model       " + model.reference() + " (" + checkpoint.path() + ")");
    terminal.println("type        " + config.modelType());
    terminal.println("precision   " + shownPrecision(config));
    show("text", ConfigFields.text(config));
    config.pictures().ifPresent(pictures -> show("pictures", ConfigFields.pictures(pictures)));
    show(weights.stored());
    list("unused", weights.unused());
    weights.ignored().forEach((name, why) -> terminal.println("left aside  " + name + ": " + why));
  }

  private Precision precision(ModelConfig config) {
    return SmolVlm.precision(config, LoadedModel.loadOptions(model.precision()));
  }

  private String shownPrecision(ModelConfig config) {
    Precision asked = model.precision();
    Precision used = precision(config);
    return asked == used ? used.toString() : used + " (" + asked + ")";
  }

  private void show(String title, Map<String, Object> fields) {
    terminal.println(title);
    fields.forEach((name, value) -> terminal.println("  %-24s %s".formatted(name, value)));
  }

  private void list(String title, List<String> names) {
    names.forEach(name -> terminal.println("%-11s %s".formatted(title, name)));
  }

  private void show(List<Tensor> tensors) {
    var types = new TreeMap<String, Integer>();
    tensors.forEach(tensor -> types.merge(tensor.dtype().toString(), 1, Integer::sum));
    terminal.println(
        "tensors     %d %s, %d parameters, %.1f MB"
            .formatted(tensors.size(), types, parameters(tensors), bytes(tensors) / 1e6));
    for (Tensor tensor : tensors) {
      terminal.println("  %-5s %-16s %s".formatted(tensor.dtype(), tensor.shape(), tensor.name()));
    }
  }

  private static long parameters(List<Tensor> tensors) {
    return tensors.stream().mapToLong(tensor -> tensor.shape().elements()).sum();
  }

  private static long bytes(List<Tensor> tensors) {
    return tensors.stream().mapToLong(tensor -> tensor.data().byteSize()).sum();
  }
}
