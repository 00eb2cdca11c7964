package io.smolvlm.language;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.KeyValues;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The keys and values of one sequence, float32, off the heap; both executors read and write it.
///
/// Memory follows use: it doubles when a sequence outgrows it, up to the model's context. One
/// thread at a time; whoever made it closes it.
public final class KvCache implements KeyValues, AutoCloseable {
  private static final int FIRST_ROWS = 256;

  private final int width;
  private final int layers;
  private final int limit;
  private Arena arena = Arena.ofShared();
  private List<Matrix> keys = List.of();
  private List<Matrix> values = List.of();
  private int capacity;
  private int length;
  private boolean closed;

  public KvCache(TextConfig config) {
    this.width = config.keyValueHeads() * config.headDim();
    this.layers = config.layers();
    this.limit = config.maxPositions();
  }

  /// Makes room for `rows` more positions.
  ///
  /// @throws IllegalStateException when they would pass the model's context
  public void reserve(int rows) {
    int needed = Math.addExact(length, rows);
    if (needed > limit) {
      throw new IllegalStateException(needed + " positions in a context of " + limit);
    }
    if (needed <= capacity) {
      return;
    }
    int larger = Math.clamp(2L * capacity, Math.max(needed, FIRST_ROWS), Math.max(needed, limit));
    Arena newArena = Arena.ofShared();
    keys = grown(newArena, keys, larger);
    values = grown(newArena, values, larger);
    arena.close();
    arena = newArena;
    capacity = larger;
  }

  private List<Matrix> grown(Arena newArena, List<Matrix> old, int rows) {
    var result = new ArrayList<Matrix>(layers);
    for (int i = 0; i < layers; i++) {
      Matrix m = Matrix.allocate(newArena, rows, width);
      if (!old.isEmpty()) {
        MemorySegment.copy(old.get(i).segment(), 0, m.segment(), 0, 4L * length * width);
      }
      result.add(m);
    }
    return result;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public Matrix keys(int layer) {
    return keys.get(layer);
  }

  @Override
  public Matrix values(int layer) {
    return values.get(layer);
  }

  /// The first `rows` rows of every layer's keys, as views.
  List<Matrix> firstKeys(int rows) {
    return keys.stream().map(m -> m.slice(0, rows)).toList();
  }

  /// The first `rows` rows of every layer's values, as views.
  List<Matrix> firstValues(int rows) {
    return values.stream().map(m -> m.slice(0, rows)).toList();
  }

  /// The next `rows` positions, already written, now count.
  void advance(int rows) {
    length += rows;
  }

  /// Forgets all positions from `newLength` on.
  public void truncate(int newLength) {
    if (newLength < 0 || newLength > length) {
      throw new IllegalArgumentException(newLength + " of " + length + " positions");
    }
    length = newLength;
  }

  /// Bytes held now.
  public long bytes() {
    return 2L * layers * capacity * width * Float.BYTES;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      arena.close();
    }
  }
}
