package io.smolvlm.app.cli;

import io.smolvlm.models.ModelCatalog;
import io.smolvlm.models.Precision;
import io.smolvlm.tensor.SmolVlmException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which model.
final class ModelOptions {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description =
          "An alias (see smolvlm models), a checkpoint folder or a GGUF file; default: "
              + ModelCatalog.DEFAULT
              + ".")
  String reference = ModelCatalog.DEFAULT;

  @Option(
      names = "--mmproj",
      paramLabel = "FILE",
      description = "The GGUF file with the vision encoder of a GGUF model.")
  @Nullable Path mmproj;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description =
          "Numbers of the decoder's weights: exact (float32, the reference's answers), int8, int4,"
              + " or auto: exact for models that fit into the processor's cache, as tiny does, else"
              + " int8; default: auto.")
  String precision = "auto";

  /// @throws SmolVlmException for an unknown name
  Precision precision() {
    return Precision.of(precision);
  }
}
