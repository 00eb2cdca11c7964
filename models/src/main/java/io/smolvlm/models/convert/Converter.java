package io.smolvlm.models.convert;

import io.smolvlm.models.Checkpoint;
import io.smolvlm.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Writes a checkpoint in another type or format: as a folder of safetensors, or as GGUF files that
/// llama.cpp loads, the encoder in a second one beside the first. Holds one tensor at a time.
public interface Converter {
  /// Writes all files.
  ///
  /// @return what became of each tensor, in the order of the files
  List<TensorReport> write(Progress progress) throws IOException;

  /// What was written, to be loaded: a folder, or the GGUF file of the text model.
  Path path();

  /// The GGUF file of the encoder, where one is written.
  Optional<Path> picturePath();

  /// @param source read from, not closed
  /// @param out a new or empty folder; or a file whose name ends in `.gguf`
  /// @param type of the matrices; see [StoredTypes]
  /// @throws io.smolvlm.tensor.SmolVlmException with `INVALID_VALUE` for a type that the format
  ///   cannot hold
  static Converter of(Checkpoint source, Path out, DType type) {
    String name = String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".gguf")) {
      return new GgufConverter(source, out, type);
    }
    StoredTypes.named(type.name(), StoredTypes.PLAIN);
    return new FolderConverter(source, out, type);
  }
}
