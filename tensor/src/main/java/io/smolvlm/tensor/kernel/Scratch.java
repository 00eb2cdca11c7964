package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Matrices for what a network makes on its way, taken in stack order and used again on the next
/// pass.
///
/// A pass takes the same shapes in the same order as the last one, so after the first nothing is
/// allocated.
final class Scratch implements AutoCloseable {
  private final List<Slot> slots = new ArrayList<>();
  private int taken;

  /// Numbers in it are arbitrary.
  Matrix take(int rows, int cols) {
    if (taken == slots.size()) {
      slots.add(new Slot());
    }
    return slots.get(taken++).matrix(rows, cols);
  }

  /// Everything is free again.
  void release() {
    taken = 0;
  }

  /// Everything taken after `matrix` is free again; everything, when it was not taken here.
  void releaseAfter(Matrix matrix) {
    int slot = taken;
    while (slot > 0 && slots.get(slot - 1).last != matrix) {
      slot--;
    }
    taken = slot;
  }

  @Override
  public void close() {
    slots.forEach(Slot::free);
    slots.clear();
    taken = 0;
  }

  private static final class Slot {
    private Arena arena = Arena.ofShared();
    private MemorySegment memory = MemorySegment.NULL;
    private Matrix last = Matrix.of(MemorySegment.NULL, 0, 0);

    Matrix matrix(int rows, int cols) {
      if (last.rows() != rows || last.cols() != cols) {
        long bytes = 4L * rows * cols;
        if (memory.byteSize() < bytes) {
          free();
          arena = Arena.ofShared();
          memory = arena.allocate(bytes, Matrix.ALIGNMENT);
        }
        last = Matrix.of(memory, rows, cols);
      }
      return last;
    }

    void free() {
      arena.close();
    }
  }
}
