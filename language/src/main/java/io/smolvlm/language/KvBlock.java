package io.smolvlm.language;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.PagePool;
import io.smolvlm.tensor.ops.HalfLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Keys and values of [#ROWS] positions in all layers, off the heap. Several sequences with the
/// same beginning hold the same block; its memory goes with the last of them.
///
/// Nobody writes over what another may read: the one sequence that stands at the block's end may go
/// on in it, any other takes a copy of its part first ([KvCache#reserve]).
///
/// One thread at a time.
public final class KvBlock {
  /// Positions of a block: half of it is what a sequence wastes on average, and a prefill chunk
  /// touches few of them.
  public static final int ROWS = 64;

  private final PagePool.Piece piece;
  private final MemorySegment memory;
  private final @Nullable Matrix all;
  private final List<Matrix> keys = new ArrayList<>();
  private final List<Matrix> values = new ArrayList<>();
  private int references = 1;
  private int claimed;

  /// In float32; held once, by its maker.
  KvBlock(int layers, int width) {
    int rows = layers * 2 * ROWS;
    this.piece = PagePool.of(4L * rows * width).take();
    this.memory = piece.memory();
    Matrix matrix = Matrix.of(memory, rows, width);
    for (int part = 0; part < 2 * layers; part++) {
      (part % 2 == 0 ? keys : values).add(matrix.slice(part * ROWS, (part + 1) * ROWS));
    }
    this.all = matrix;
  }

  /// In float16; held once, by its maker.
  KvBlock(HalfLayout layout) {
    this.all = null;
    this.piece = PagePool.of(layout.bytes()).take();
    this.memory = piece.memory();
  }

  MemorySegment memory() {
    ensureHeld();
    return memory;
  }

  /// A block in float32.
  Matrix all() {
    ensureHeld();
    return Objects.requireNonNull(all);
  }

  Matrix keys(int layer) {
    ensureHeld();
    return keys.get(layer);
  }

  Matrix values(int layer) {
    ensureHeld();
    return values.get(layer);
  }

  /// Lays claim to the rows from `from` to `to` for one sequence.
  ///
  /// @return whether they can be had: nobody else sees or has claimed them
  boolean claim(int from, int to) {
    if (references > 1 && claimed != from) {
      return false;
    }
    claimed = to;
    return true;
  }

  /// Takes over the first `rows` rows of another block.
  void copyFrom(KvBlock other, int rows) {
    if (all == null) {
      memory().copyFrom(other.memory()); // nobody reads the others' rows
    }
    for (int i = 0; i < keys.size(); i++) {
      keys.get(i).slice(0, rows).copyFrom(other.keys.get(i).slice(0, rows));
      values.get(i).slice(0, rows).copyFrom(other.values.get(i).slice(0, rows));
    }
    claimed = rows;
  }

  /// Holds it once more.
  public void retain() {
    ensureHeld();
    references++;
  }

  /// Its memory may be another's by then.
  private void ensureHeld() {
    if (references == 0) {
      throw new IllegalStateException("the block has been given back");
    }
  }

  /// Lets go of it once.
  public void release() {
    references--;
    if (references == 0) {
      piece.giveBack();
    } else if (references < 0) {
      throw new IllegalStateException("the block has been given back");
    }
  }

  /// Bytes it takes.
  public long bytes() {
    return memory.byteSize();
  }
}
