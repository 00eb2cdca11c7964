package io.smolvlm.app.cli;

import io.smolvlm.models.convert.Member;
import io.smolvlm.models.convert.StoredTypes;
import io.smolvlm.models.convert.Synthesizer;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "synth",
    description = {
      "Writes a checkpoint folder in the true shapes of a member of the family with random"
          + " weights:",
      "it loads, runs and measures as the member does, and says nothing sensible."
    })
final class SynthCommand implements Runnable, WithJson {
  private final Terminal terminal;

  @Parameters(
      index = "0",
      paramLabel = "MEMBER",
      description = "Its name on the model hub, as in SmolVLM-256M-Instruct.")
  String member = "";

  @Parameters(index = "1", paramLabel = "FOLDER", description = "A new or an empty folder.")
  Path out = Path.of("");

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same seed gives the same weights; default: ${DEFAULT-VALUE}.")
  long seed = 1;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "bf16, f16 or f32; default: ${DEFAULT-VALUE}.")
  String type = "bf16";

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  SynthCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return json;
  }

  @Override
  public void run() {
    Member known = Member.named(member);
    var synthesizer = new Synthesizer(known, seed, StoredTypes.named(type, StoredTypes.PLAIN));
    try {
      synthesizer.write(out, new ByteProgress(terminal, "writing " + known.id()));
    } catch (IOException e) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, out + ": cannot be written: " + e.getMessage(), e);
    } finally {
      terminal.clearProgress();
    }
    long parameters = synthesizer.tensors().stream().mapToLong(t -> t.shape().elements()).sum();
    long bytes = synthesizer.tensors().stream().mapToLong(TensorInfo::bytes).sum();
    if (json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("member", known.id());
      fields.put("path", out.toString());
      fields.put("tensors", synthesizer.tensors().size());
      fields.put("parameters", parameters);
      fields.put("bytes", bytes);
      terminal.println(Json.text(fields));
    } else {
      terminal.println(
          "%s: %s with random weights, %d tensors, %d parameters, %.1f MB"
              .formatted(out, known.id(), synthesizer.tensors().size(), parameters, bytes / 1e6));
    }
  }
}
