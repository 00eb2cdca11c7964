package io.smolvlm.app.cli;

import io.smolvlm.models.ModelCatalog;
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
}
