package io.smolvlm.language;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.KeyValues;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The keys and values of one sequence, float32, off the heap; both executors read and write it.
///
/// Memory follows use: it doubles when a sequence outgrows it, up to the most positions it was made
/// for. One thread at a time; whoever made it closes it.
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
    this(config, config.maxPositions());
  }

  /// @param most positions it will ever hold; beyond the model's context it cannot grow
  public KvCache(TextConfig config, int most) {
    this(
        config.keyValueHeads() * config.headDim(),
        config.layers(),
        Math.min(most, config.maxPositions()));
  }

  private KvCache(int width, int layers, int limit) {
    this.width = width;
    this.layers = layers;
    this.limit = limit;
  }

  /// Bytes that a cache of so many positions holds.
  public static long bytes(TextConfig config, int positions) {
    return 2L
        * config.layers()
        * positions
        * config.keyValueHeads()
        * config.headDim()
        * Float.BYTES;
  }

  /// Another cache with the same positions, to go on from here in another way. The caller closes
  /// it.
  public KvCache copy() {
    var copy = new KvCache(width, layers, limit);
    copy.grow(capacity, this);
    copy.length = length;
    return copy;
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
    int least = Math.max(needed, Math.min(FIRST_ROWS, limit));
    grow((int) Math.min(limit, Math.max(2L * capacity, least)), this);
  }

  /// Takes memory for `rows` positions and the numbers of `from`. Changes nothing when there is no
  /// memory.
  private void grow(int rows, KvCache from) {
    Arena newArena = Arena.ofShared();
    boolean grown = false;
    try {
      List<Matrix> newKeys = grown(newArena, from.keys, from.length, rows);
      List<Matrix> newValues = grown(newArena, from.values, from.length, rows);
      keys = newKeys;
      values = newValues;
      grown = true;
    } finally {
      (grown ? arena : newArena).close();
    }
    arena = newArena;
    capacity = rows;
  }

  private List<Matrix> grown(Arena newArena, List<Matrix> old, int known, int rows) {
    var result = new ArrayList<Matrix>(layers);
    for (int i = 0; i < layers; i++) {
      Matrix m = Matrix.allocate(newArena, rows, width);
      if (!old.isEmpty()) {
        MemorySegment.copy(old.get(i).segment(), 0, m.segment(), 0, 4L * known * width);
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
    return closed ? 0 : 2L * layers * capacity * width * Float.BYTES;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      arena.close();
    }
  }
}
