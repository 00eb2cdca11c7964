package io.smolvlm.tensor;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Hands out the tensors of a file and remembers which, so that a loader can report those that
/// nothing asked for. For one thread.
public final class TensorUse {
  private final TensorFile file;
  private final Set<String> used = new LinkedHashSet<>();

  public TensorUse(TensorFile file) {
    this.file = file;
  }

  /// @throws FormatException `MISSING` if there is none of that name
  public Tensor take(String name) {
    Tensor tensor = file.tensor(name);
    used.add(name);
    return tensor;
  }

  /// A tensor of the expected shape.
  ///
  /// @throws FormatException `MISSING` if there is none of that name, `MISMATCH` if its shape is
  ///   another
  public Tensor take(String name, Shape shape) {
    Tensor tensor = take(name);
    if (!tensor.shape().equals(shape)) {
      throw tensor.failure(ErrorCode.MISMATCH, "shape " + tensor.shape(), shape.toString());
    }
    return tensor;
  }

  /// A tensor that may be absent.
  public Optional<Tensor> find(String name) {
    Tensor tensor = file.tensors().get(name);
    if (tensor != null) {
      used.add(name);
    }
    return Optional.ofNullable(tensor);
  }

  /// Names of tensors that were never handed out, in the order of the file.
  public List<String> unused() {
    return file.tensors().keySet().stream().filter(name -> !used.contains(name)).toList();
  }
}
