package io.smolvlm.app.cli;

import io.smolvlm.models.Benchmark;
import io.smolvlm.models.LoadOptions;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "bench",
    description = {
      "Measures the stages of an answer, one at a time: one tile, prefill, decode at depths and in"
          + " batches, the first token about a picture; and the most memory. Stages that the model"
          + " cannot do (tiles of a text model, depths beyond its context) are left out."
    })
final class BenchCommand implements Runnable, WithJson {
  private final Terminal terminal;

  @Mixin ModelOptions model = new ModelOptions();

  @Option(
      names = "--stages",
      split = ",",
      paramLabel = "STAGE",
      description =
          "Of tile, tile:COUNT, prefill:TOKENS, decode:DEPTH:BATCH, captions:COUNT (pictures of one"
              + " tile at once, 32 tokens each), and the first token about a picture,"
              + " first:WIDTHxHEIGHT, about one not enlarged, single:WIDTHxHEIGHT, or asked about"
              + " before, again:WIDTHxHEIGHT; default: all.")
  List<String> stages = BenchStage.ALL;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Times that each is measured after one that is not; default: ${DEFAULT-VALUE}.")
  int rounds = 5;

  @Option(
      names = "--follow",
      description =
          "Read stages from standard input, measure each once as it comes and print one JSON line:"
              + " for a program that lets several engines take turns.")
  boolean follow;

  @Option(
      names = "--no-cache",
      description = "Keep nothing of pictures and prompts seen before, as for a look at memory.")
  boolean noCache;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  BenchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return json;
  }

  @Override
  public void run() {
    if (rounds < 1) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "rounds: found " + rounds + ", allowed 1 or more");
    }
    List<BenchStage> asked = stages.stream().map(BenchStage::named).toList();
    try (LoadedModel loaded = LoadedModel.open(model, loadOptions(), terminal);
        Benchmark benchmark = loaded.benchmark()) {
      if (follow) {
        follow(benchmark, loaded.sees());
        return;
      }
      var results = new ArrayList<Map<String, Object>>();
      for (BenchStage stage : asked) {
        if (stage.fits(benchmark, loaded.sees())) {
          results.add(measured(stage, benchmark));
        }
      }
      if (json) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("model", model.reference());
        fields.put("load_ms", Json.millis(loaded.loadMillis()));
        fields.put("stages", results);
        fields.put("peak_memory_bytes", memory("VmHWM"));
        terminal.println(Json.text(fields));
      } else {
        terminal.println("most memory %.0f MB".formatted(memory("VmHWM") / 1e6));
      }
    }
  }

  private LoadOptions loadOptions() {
    LoadOptions usual = LoadedModel.loadOptions(model.precision());
    return noCache ? usual.with(usual.engine().withCaches(0, 0)) : usual;
  }

  private Map<String, Object> measured(BenchStage stage, Benchmark benchmark) {
    terminal.progress(stage.name());
    stage.run(benchmark);
    double[] millis = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      terminal.progress(stage.name() + ", round " + (i + 1));
      millis[i] = stage.run(benchmark);
    }
    terminal.clearProgress();
    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    double median = (sorted[(rounds - 1) / 2] + sorted[rounds / 2]) / 2;
    var fields = new LinkedHashMap<String, Object>();
    fields.put("stage", stage.name());
    fields.put("min_ms", sorted[0]);
    fields.put("median_ms", median);
    fields.put("ms", millis);
    boolean tokens = stage.rate(median) > 0;
    if (tokens) {
      fields.put("tokens_per_s", stage.rate(median));
    }
    if (!json) {
      terminal.println(
          "%-18s best %10.2f ms, median %10.2f ms%s"
              .formatted(
                  stage.name(),
                  sorted[0],
                  median,
                  tokens ? ", %9.1f tokens/s".formatted(stage.rate(median)) : ""));
    }
    return fields;
  }

  private void follow(Benchmark benchmark, boolean sees) {
    try (var lines =
        new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        BenchStage stage = BenchStage.named(line.strip());
        var fields = new LinkedHashMap<String, Object>();
        fields.put("stage", stage.name());
        if (stage.fits(benchmark, sees)) {
          fields.put("ms", stage.run(benchmark));
        }
        fields.put("memory_bytes", memory("VmRSS"));
        fields.put("peak_memory_bytes", memory("VmHWM"));
        terminal.println(Json.text(fields));
      }
    } catch (IOException e) {
      throw new SmolVlmException(ErrorCode.CORRUPT, "standard input: cannot be read", e);
    }
  }

  /// Memory of this process as the kernel counts it; 0 where it does not say.
  ///
  /// @param field `VmHWM` for the most so far, `VmRSS` for now
  private static long memory(String field) {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith(field + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
