package io.smolvlm.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Float32 numbers `[rows, cols]`, row-major, off the heap and 64-byte aligned, so that vector
/// kernels and libtorch both see them without a copy. Whoever owns the arena owns the memory; a
/// matrix is a view.
///
/// Not synchronised: one thread writes, or threads write disjoint rows.
public final class Matrix {
  /// Wide enough for the widest vector register and a cache line.
  public static final int ALIGNMENT = 64;

  private final MemorySegment segment;
  private final int rows;
  private final int cols;

  private Matrix(MemorySegment segment, int rows, int cols) {
    this.segment = segment;
    this.rows = rows;
    this.cols = cols;
  }

  /// A matrix of zeros.
  public static Matrix allocate(Arena arena, int rows, int cols) {
    return new Matrix(arena.allocate(bytes(rows, cols), ALIGNMENT), rows, cols);
  }

  /// A view of `rows * cols` floats at the beginning of a segment.
  ///
  /// @throws IndexOutOfBoundsException if the segment is shorter
  public static Matrix of(MemorySegment segment, int rows, int cols) {
    return new Matrix(segment.asSlice(0, bytes(rows, cols)), rows, cols);
  }

  private static long bytes(int rows, int cols) {
    if (rows < 0 || cols < 0) {
      throw new IllegalArgumentException("negative shape [" + rows + ", " + cols + "]");
    }
    return Math.multiplyExact((long) rows, (long) cols) * Float.BYTES;
  }

  public MemorySegment segment() {
    return segment;
  }

  public int rows() {
    return rows;
  }

  public int cols() {
    return cols;
  }

  public float get(int row, int col) {
    return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index(row, col));
  }

  public void set(int row, int col, float value) {
    segment.setAtIndex(ValueLayout.JAVA_FLOAT, index(row, col), value);
  }

  private long index(int row, int col) {
    if (row < 0 || row >= rows || col < 0 || col >= cols) {
      throw new IndexOutOfBoundsException(
          "[" + row + ", " + col + "] of [" + rows + ", " + cols + "]");
    }
    return (long) row * cols + col;
  }

  /// Rows `from` to `to` (exclusive) as a view of the same memory.
  public Matrix slice(int from, int to) {
    if (from < 0 || to < from || to > rows) {
      throw new IndexOutOfBoundsException("rows " + from + " to " + to + " of " + rows);
    }
    return new Matrix(segment.asSlice(bytes(from, cols), bytes(to - from, cols)), to - from, cols);
  }

  /// The same numbers in another shape of as many elements.
  public Matrix reshape(int newRows, int newCols) {
    if ((long) newRows * newCols != (long) rows * cols) {
      throw new IllegalArgumentException(
          "[" + rows + ", " + cols + "] cannot be seen as [" + newRows + ", " + newCols + "]");
    }
    return new Matrix(segment, newRows, newCols);
  }

  /// Copies all numbers of a matrix of the same shape.
  public void copyFrom(Matrix other) {
    if (other.rows != rows || other.cols != cols) {
      throw new IllegalArgumentException(
          "[" + other.rows + ", " + other.cols + "] copied into [" + rows + ", " + cols + "]");
    }
    segment.copyFrom(other.segment);
  }

  /// All numbers, row by row, in a new array.
  public float[] toArray() {
    return segment.toArray(ValueLayout.JAVA_FLOAT);
  }

  @Override
  public String toString() {
    return "Matrix[" + rows + ", " + cols + "]";
  }
}
