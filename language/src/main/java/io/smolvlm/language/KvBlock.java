package io.smolvlm.language;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/// Keys and values of [#ROWS] positions in all layers, float32, off the heap. Several sequences
/// with the same beginning hold the same block; its memory goes with the last of them.
///
/// Nobody writes over what another may read: the one sequence that stands at the block's end may go
/// on in it, any other takes a copy of its part first ([KvCache#reserve]).
///
/// One thread at a time.
public final class KvBlock {
  /// Positions of a block: half of it is what a sequence wastes on average, and a prefill chunk
  /// touches few of them.
  public static final int ROWS = 64;

  private final Arena arena = Arena.ofShared();
  private final Matrix all;
  private final List<Matrix> keys = new ArrayList<>();
  private final List<Matrix> values = new ArrayList<>();
  private int references = 1;
  private int claimed;

  /// Held once, by its maker.
  KvBlock(int layers, int width) {
    this.all = Matrix.allocate(arena, layers * 2 * ROWS, width);
    for (int part = 0; part < 2 * layers; part++) {
      (part % 2 == 0 ? keys : values).add(all.slice(part * ROWS, (part + 1) * ROWS));
    }
  }

  Matrix all() {
    return all;
  }

  Matrix keys(int layer) {
    return keys.get(layer);
  }

  Matrix values(int layer) {
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
    for (int i = 0; i < keys.size(); i++) {
      keys.get(i).slice(0, rows).copyFrom(other.keys.get(i).slice(0, rows));
      values.get(i).slice(0, rows).copyFrom(other.values.get(i).slice(0, rows));
    }
    claimed = rows;
  }

  /// Holds it once more.
  public void retain() {
    if (references == 0) {
      throw new IllegalStateException("the block has been given back");
    }
    references++;
  }

  /// Lets go of it once.
  public void release() {
    references--;
    if (references == 0) {
      arena.close();
    } else if (references < 0) {
      throw new IllegalStateException("the block has been given back");
    }
  }

  /// Bytes it takes.
  public long bytes() {
    return all.segment().byteSize();
  }
}
