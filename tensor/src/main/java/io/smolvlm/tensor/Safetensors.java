package io.smolvlm.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;

/// One safetensors file: a length of 8 bytes, a JSON header, then the bytes of all tensors without
/// gap or overlap. Follows the format's page and its Rust crate 0.7 (`safetensors/src/tensor.rs`),
/// and is stricter where the crate is lenient: the header begins with `{` and nothing but blanks
/// follows it.
public final class Safetensors implements TensorFile {
  /// The name of an unsharded checkpoint inside its folder.
  public static final String SINGLE = "model.safetensors";

  private final MappedFile file;
  private final Map<String, Tensor> tensors;
  private final Map<String, String> metadata;

  private Safetensors(MappedFile file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    this.file = file;
    this.tensors = Collections.unmodifiableMap(tensors);
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /// @throws FormatException if the file breaks a rule of the format
  public static Safetensors open(Path path) {
    MappedFile file = MappedFile.open(path);
    boolean opened = false;
    try {
      SafetensorsHeader header = SafetensorsHeader.read(file.name(), file.segment());
      MemorySegment data = file.segment().asSlice(header.dataStart());
      Safetensors result =
          new Safetensors(file, header.tensors(file.name(), data), header.metadata());
      opened = true;
      return result;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /// The strings of `__metadata__`; empty if absent.
  public Map<String, String> metadata() {
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
