package io.smolvlm.tensor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Named tensors of one model, as memory-mapped views. Opening reads the header only and checks
/// every rule of the format; the owner closes it after the last use of any tensor, and may close it
/// twice.
public sealed interface TensorFile extends AutoCloseable
    permits Safetensors, ShardedSafetensors, Gguf {
  /// Opens a file by its signature, or a folder that holds `model.safetensors` or
  /// `model.safetensors.index.json`.
  ///
  /// @throws FormatException if it is absent, of no known format, or breaks a rule of its format
  static TensorFile open(Path path) {
    if (Files.isDirectory(path)) {
      // A single file wins over an index, as in transformers.
      Path single = path.resolve(Safetensors.SINGLE);
      return !Files.exists(single) && Files.exists(path.resolve(ShardedSafetensors.INDEX))
          ? ShardedSafetensors.open(path)
          : Safetensors.open(single);
    }
    return Signature.isGguf(path) ? Gguf.open(path) : Safetensors.open(path);
  }

  /// The file or folder.
  Path path();

  /// All tensors by name, in the order of the file. Unmodifiable.
  Map<String, Tensor> tensors();

  /// @throws FormatException `MISSING` if there is none of that name
  default Tensor tensor(String name) {
    Tensor tensor = tensors().get(name);
    if (tensor == null) {
      throw new FormatException(
          ErrorCode.MISSING, path().toString(), name, "no such tensor", "it to be stored");
    }
    return tensor;
  }

  /// Unmaps the file; tensors may not be used afterwards.
  @Override
  void close();
}
