package io.smolvlm.tensor;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;

/// One GGUF file of version 2 or 3, little-endian: typed metadata and tensors. Follows the format's
/// page in the ggml repository and is as strict as llama.cpp's reader: tensors lie in the order of
/// their descriptions, each at the next aligned place.
///
/// Shapes are given slowest dimension first, as everywhere here; the file lists them the other way
/// round. Rows of q and k projections are left as stored: see [QkRows].
public final class Gguf implements TensorFile {
  private final MappedFile file;
  private final GgufMetadata metadata;
  private final Map<String, Tensor> tensors;

  private Gguf(MappedFile file, GgufMetadata metadata, Map<String, Tensor> tensors) {
    this.file = file;
    this.metadata = metadata;
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /// @throws FormatException if the file breaks a rule of the format, or holds a type that is not
  ///   read here
  public static Gguf open(Path path) {
    MappedFile file = MappedFile.open(path);
    boolean opened = false;
    try {
      GgufReader reader = new GgufReader(file.name(), file.segment());
      GgufMetadata metadata = reader.metadata();
      Gguf result = new Gguf(file, metadata, reader.tensors(metadata));
      opened = true;
      return result;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  public GgufMetadata metadata() {
    return metadata;
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    file.close();
  }
}
