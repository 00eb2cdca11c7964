package io.smolvlm.language;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.HalfBlocks;
import io.smolvlm.tensor.ops.HalfLayout;
import io.smolvlm.tensor.ops.KeyValues;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The keys and values of one sequence, in blocks; both executors read and write it.
///
/// Memory follows use: a block is added when a sequence outgrows the last one, up to the most
/// positions it was made for. Sequences with the same beginning share its blocks ([#copy],
/// [#adopt]); where they part, the block in which they do is copied by all but the first to go on.
///
/// One thread at a time for all sequences that share; whoever made one closes it.
public final class KvCache implements KeyValues, AutoCloseable {
  private final int width;
  private final int layers;
  private final int limit;
  private final @Nullable HalfBlocks halves;
  private final List<KvBlock> blocks = new ArrayList<>();

  /// Views of all blocks in float32, a list a layer: what attention asks for in every step.
  private final List<List<Matrix>> keys;

  private final List<List<Matrix>> values;
  private int length;
  private boolean closed;

  public KvCache(TextConfig config) {
    this(config, config.maxPositions());
  }

  /// @param most positions it will ever hold; beyond the model's context it cannot grow
  public KvCache(TextConfig config, int most) {
    this(config, most, KvFormat.FLOAT32);
  }

  /// @param most positions it will ever hold; beyond the model's context it cannot grow
  public KvCache(TextConfig config, int most, KvFormat format) {
    this(
        config.keyValueHeads() * config.headDim(),
        config.layers(),
        Math.min(most, config.maxPositions()),
        format == KvFormat.FLOAT16 ? KvFormat.layout(config) : null);
  }

  private KvCache(int width, int layers, int limit, @Nullable HalfLayout layout) {
    this.halves = layout == null ? null : new HalfBlocks(layout, new ArrayList<>());
    this.width = width;
    this.layers = layers;
    this.limit = limit;
    this.keys = lists(layers);
    this.values = lists(layers);
  }

  private static List<List<Matrix>> lists(int layers) {
    return IntStream.range(0, layers).<List<Matrix>>mapToObj(_ -> new ArrayList<>()).toList();
  }

  /// Bytes that so many positions take, without what is unused of a last block.
  public static long bytes(TextConfig config, KvFormat format, int positions) {
    return format.blockBytes(config) / KvBlock.ROWS * positions;
  }

  /// Another cache with the same positions, to go on from here in another way. The caller closes
  /// it.
  public KvCache copy() {
    var copy = new KvCache(width, layers, limit, halves == null ? null : halves.layout());
    copy.adopt(blocks(length), length);
    return copy;
  }

  /// Makes this the beginning of another sequence, whose blocks are shared from now on.
  ///
  /// @param beginning its first blocks, see [#blocks(int)]
  /// @param positions how many of its positions; they must fit
  public void adopt(List<KvBlock> beginning, int positions) {
    if (positions > limit || positions > beginning.size() * KvBlock.ROWS) {
      throw new IllegalArgumentException(positions + " positions in " + limit);
    }
    ensureOpen();
    beginning.forEach(KvBlock::retain);
    clear();
    beginning.forEach(this::add);
    length = positions;
  }

  /// The blocks that hold the first `positions` positions. Whoever wants to keep them retains them.
  public List<KvBlock> blocks(int positions) {
    if (positions > length) {
      throw new IllegalArgumentException(positions + " of " + length + " positions");
    }
    return List.copyOf(blocks.subList(0, count(positions)));
  }

  private static int count(int positions) {
    return (positions + KvBlock.ROWS - 1) / KvBlock.ROWS;
  }

  /// Makes room for `rows` more positions. Changes nothing when there is no memory.
  ///
  /// @throws IllegalStateException when they would pass the most it was made for
  public void reserve(int rows) {
    ensureOpen();
    int needed = Math.addExact(length, rows);
    if (needed > limit) {
      throw new IllegalStateException(needed + " positions in a context of " + limit);
    }
    for (int i = length / KvBlock.ROWS; i < count(needed); i++) {
      int first = i * KvBlock.ROWS;
      int from = Math.max(0, length - first);
      int to = Math.min(KvBlock.ROWS, needed - first);
      if (i == blocks.size()) {
        add(newBlock());
      } else if (!blocks.get(i).claim(from, to)) {
        KvBlock own = newBlock();
        own.copyFrom(blocks.get(i), from);
        replace(i, own);
      }
      blocks.get(i).claim(from, to);
    }
  }

  private KvBlock newBlock() {
    return halves == null ? new KvBlock(layers, width) : new KvBlock(halves.layout());
  }

  private void add(KvBlock block) {
    blocks.add(block);
    if (halves != null) {
      halves.blocks().add(block.memory());
      return;
    }
    for (int i = 0; i < layers; i++) {
      keys.get(i).add(block.keys(i));
      values.get(i).add(block.values(i));
    }
  }

  private void replace(int at, KvBlock block) {
    blocks.set(at, block).release();
    if (halves != null) {
      halves.blocks().set(at, block.memory());
      return;
    }
    for (int i = 0; i < layers; i++) {
      keys.get(i).set(at, block.keys(i));
      values.get(i).set(at, block.values(i));
    }
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int blockRows() {
    return KvBlock.ROWS;
  }

  @Override
  public List<Matrix> keys(int layer) {
    return keys.get(layer);
  }

  @Override
  public List<Matrix> values(int layer) {
    return values.get(layer);
  }

  @Override
  public @Nullable HalfBlocks halves() {
    return halves;
  }

  @Override
  public List<Matrix> matrices(int count) {
    if (halves != null) {
      throw new IllegalStateException("keys and values are float16");
    }
    return blocks.stream().limit(count).map(KvBlock::all).toList();
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

  /// Bytes of the blocks it holds, alone or with others.
  public long bytes() {
    return blocks.stream().mapToLong(KvBlock::bytes).sum();
  }

  private void ensureOpen() {
    if (closed) {
      throw new IllegalStateException("the cache is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
    clear();
  }

  private void clear() {
    blocks.forEach(KvBlock::release);
    blocks.clear();
    if (halves != null) {
      halves.blocks().clear();
    }
    keys.forEach(List::clear);
    values.forEach(List::clear);
    length = 0;
  }
}
