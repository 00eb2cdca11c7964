package io.smolvlm.tensor;

/// What a writer must know of a tensor before its bytes come.
public record TensorInfo(String name, DType dtype, Shape shape) {
  /// @throws IllegalArgumentException if the rows are no whole blocks of the type
  public TensorInfo {
    if (shape.cols() % dtype.blockElements() != 0) {
      throw new IllegalArgumentException(name + ": rows of " + shape + " in blocks of " + dtype);
    }
  }

  /// The same as a stored tensor has.
  public static TensorInfo of(Tensor tensor) {
    return new TensorInfo(tensor.name(), tensor.dtype(), tensor.shape());
  }

  public long bytes() {
    return dtype.bytes(shape.elements());
  }
}
