package io.smolvlm.app.cli;

import io.smolvlm.models.Agreement;
import io.smolvlm.models.Checkpoint;
import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.ModelCatalog;
import io.smolvlm.models.Precision;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.convert.Converter;
import io.smolvlm.models.convert.StoredTypes;
import io.smolvlm.models.convert.TensorReport;
import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "quantize",
    description = {
      "Writes a model in another type or format: a folder of safetensors (bf16, f16, f32), or GGUF",
      "files that llama.cpp loads (also q8_0, q4_0), the encoder beside the text model as",
      "mmproj-FILE. Prints what it cost: the error of each tensor, how often both choose the same",
      "token."
    },
    customSynopsis = "smolvlm quantize [OPTIONS] --type TYPE IN OUT")
final class QuantizeCommand implements Runnable, WithJson {
  private static final int CONTINUED = 32;

  private final Terminal terminal;

  @Mixin ModelOptions model = new ModelOptions();

  @Parameters(index = "0", paramLabel = "IN", description = "The same as --model MODEL.")
  String in = "";

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "A file whose name ends in .gguf, or a new or empty folder for safetensors.")
  Path out = Path.of("");

  @Option(
      names = "--type",
      required = true,
      paramLabel = "TYPE",
      description = "q8_0, q4_0, bf16, f16 or f32.")
  String type = "";

  @Option(
      names = "--check",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Load both and compare them, which takes the memory of both; default: yes.")
  boolean check;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  QuantizeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return json;
  }

  @Override
  public void run() {
    model.reference = in;
    DType wanted = StoredTypes.named(type, StoredTypes.ALL);
    Converter converter;
    List<TensorReport> reports;
    long before;
    try (Checkpoint source = LoadedModel.checkpoint(model)) {
      converter = LoadedModel.refusing(() -> Converter.of(source, out, wanted));
      before =
          LoadedModel.refusing(source::weights).stored().stream()
              .mapToLong(tensor -> tensor.data().byteSize())
              .sum();
      reports = converter.write(new ByteProgress(terminal, "writing"));
    } catch (IOException e) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, out + ": cannot be written: " + e.getMessage(), e);
    } finally {
      terminal.clearProgress();
    }
    @Nullable Agreement agreement = check ? agreement(converter) : null;
    if (json) {
      terminal.println(Json.text(fields(converter, reports, before, agreement)));
    } else {
      show(converter, reports, before, agreement);
    }
  }

  private Agreement agreement(Converter converter) {
    terminal.progress("comparing with the source");
    // In exact precision, so that only what was written differs.
    LoadOptions exact = LoadedModel.loadOptions(Precision.EXACT);
    try (SmolVlm source = SmolVlm.load(LoadedModel.checkpoint(model), exact);
        SmolVlm made =
            SmolVlm.load(
                new ModelCatalog()
                    .resolve(converter.path().toString(), converter.picturePath().orElse(null)),
                exact)) {
      return Agreement.of(source, made, CONTINUED);
    } finally {
      terminal.clearProgress();
    }
  }

  private static long bytes(List<TensorReport> reports) {
    return reports.stream().mapToLong(TensorReport::bytes).sum();
  }

  private void show(
      Converter converter, List<TensorReport> reports, long before, @Nullable Agreement agreement) {
    for (TensorReport r : reports) {
      terminal.println(
          "%-44s %-14s %-4s -> %-4s %9.3f MB  error %.5f"
              .formatted(r.name(), r.shape(), r.from(), r.to(), r.bytes() / 1e6, r.error()));
    }
    terminal.println("written     " + converter.path());
    converter.picturePath().ifPresent(path -> terminal.println("encoder     " + path));
    terminal.println(
        "size        %.1f MB of weights, before %.1f MB"
            .formatted(bytes(reports) / 1e6, before / 1e6));
    if (agreement != null) {
      terminal.println(
          "agreement   %d of %d greedy tokens on %d prompts (%.1f %%)"
              .formatted(
                  agreement.equal(),
                  agreement.tokens(),
                  Agreement.PROMPTS.size(),
                  100.0 * agreement.equal() / agreement.tokens()));
      agreement
          .imageCosine()
          .ifPresent(cosine ->
              terminal.println("pictures    cosine of image tokens %.6f".formatted(cosine)));
    }
  }

  private static Map<String, Object> fields(
      Converter converter, List<TensorReport> reports, long before, @Nullable Agreement agreement) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("path", converter.path().toString());
    converter.picturePath().ifPresent(path -> fields.put("mmproj", path.toString()));
    fields.put("bytes", bytes(reports));
    fields.put("bytes_before", before);
    if (agreement != null) {
      fields.put("agreement_tokens", agreement.tokens());
      fields.put("agreement_equal", agreement.equal());
      agreement.imageCosine().ifPresent(cosine -> fields.put("image_cosine", cosine));
    }
    fields.put("tensors", reports.stream().map(QuantizeCommand::tensor).toList());
    return fields;
  }

  private static Map<String, Object> tensor(TensorReport report) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("name", report.name());
    fields.put("shape", Arrays.stream(report.shape().toArray()).boxed().toList());
    fields.put("from", report.from().toString());
    fields.put("to", report.to().toString());
    fields.put("bytes", report.bytes());
    fields.put("error", report.error());
    return fields;
  }
}
