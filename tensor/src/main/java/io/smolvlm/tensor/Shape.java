package io.smolvlm.tensor;

import java.util.Arrays;

/// The dimensions of a tensor, slowest first (row-major). A scalar has none and one element; a
/// dimension of 0 makes the tensor empty. The number of elements fits into a long.
public final class Shape {
  private final long[] dims;
  private final long elements;

  private Shape(long[] dims, long elements) {
    this.dims = dims;
    this.elements = elements;
  }

  /// @throws IllegalArgumentException if a dimension is negative or the product of the dimensions
  ///   exceeds a long
  public static Shape of(long... dims) {
    long product = 1;
    for (long dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException("dimension " + dim);
      }
      if (dim != 0 && product > Long.MAX_VALUE / dim) {
        throw new IllegalArgumentException("more than 2^63 elements: " + Arrays.toString(dims));
      }
      product *= dim;
    }
    return new Shape(dims.clone(), product);
  }

  public int rank() {
    return dims.length;
  }

  public long dim(int axis) {
    return dims[axis];
  }

  public long elements() {
    return elements;
  }

  /// The last dimension; 1 for a scalar.
  public long cols() {
    return dims.length == 0 ? 1 : dims[dims.length - 1];
  }

  /// The product of all dimensions but the last; 1 for scalars and vectors.
  public long rows() {
    long product = 1;
    for (int i = 0; i < dims.length - 1; i++) {
      product = Math.multiplyExact(product, dims[i]);
    }
    return product;
  }

  public long[] toArray() {
    return dims.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
