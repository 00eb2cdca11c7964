package io.smolvlm.app.cli;

import io.smolvlm.models.ModelCatalog;
import io.smolvlm.models.Precision;
import io.smolvlm.tensor.SmolVlmException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which model.
final class ModelOptions {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description =
          "A short name or ID of the hub (fetched on first use), a checkpoint folder or a GGUF"
              + " file; default: SMOLVLM_MODEL, else the best real model in the hub's cache, else "
              + ModelCatalog.TINY
              + ".")
  String reference = "";

  @Option(
      names = "--mmproj",
      paramLabel = "FILE",
      description = "The GGUF file with the vision encoder of a GGUF model.")
  @Nullable String mmproj;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description =
          "Numbers that it computes with: exact (float32, the reference's answers), bf16, int8,"
              + " int4, or auto: the fastest that keeps to 99 %% of the reference's tokens on this"
              + " processor, bf16 or exact; inspect takes exact for it. Default: auto.")
  String precision = "auto";

  private @Nullable String chosen;

  /// @throws SmolVlmException for an unknown name
  Precision precision() {
    return Precision.of(precision);
  }

  /// The model that these options mean; looked for once.
  String reference() {
    if (chosen == null) {
      chosen = new ModelCatalog().choose(reference.isEmpty() ? configured() : reference);
    }
    return chosen;
  }

  /// Whether the model was left to us.
  boolean automatic() {
    return reference.isEmpty() && configured().equals(ModelCatalog.DEFAULT);
  }

  /// The setting `smolvlm.model`, which the service has too.
  private static String configured() {
    String property = System.getProperty("smolvlm.model", "");
    String variable = System.getenv().getOrDefault("SMOLVLM_MODEL", "");
    String configured = property.isBlank() ? variable : property;
    return configured.isBlank() ? ModelCatalog.DEFAULT : configured.strip();
  }
}
