package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.HalfBlocks;
import io.smolvlm.tensor.ops.HalfLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Attention of one row over a long sequence in float16, by the whole team in three turns: scores,
/// shared out by positions, their exponentials by heads, and what values make of them by columns.
///
/// So nobody reads what another has read, which sharing out by heads would do where heads share
/// keys, and everybody reads the heads of a block that lie side by side. No sum is cut: results are
/// those of [HalfAttention], to the bit, for any size of team. Allocates nothing once it has seen
/// the longest sequence.
final class SplitAttention implements Team.Work {
  private enum Turn {
    SCORES,
    EXPONENTIALS,
    MIXTURE
  }

  private final HalfKernels kernels;
  private final Team team;
  private final float[][] widened;
  private float[] queries = new float[0];
  private float[] scores = new float[0];
  private float[] sums = new float[0];
  private float[] mixed = new float[0];
  private Turn turn = Turn.SCORES;
  private @Nullable AttentionShape shape;
  private @Nullable HalfBlocks memory;
  private int layer;
  private int count;
  private @Nullable Matrix out;
  private int row;

  SplitAttention(HalfKernels kernels, Team team) {
    this.kernels = kernels;
    this.team = team;
    this.widened = new float[team.size()][0];
  }

  /// `out = softmax(scale * q . k[j]) v` over `count` keys.
  ///
  /// @param q whose row `row` has all heads
  /// @param result shaped as `q`, written at the same place
  void attend(
      Matrix q,
      int ofRow,
      AttentionShape heads,
      HalfBlocks blocks,
      int ofLayer,
      int keys,
      Matrix result) {
    shape = heads;
    memory = blocks;
    layer = ofLayer;
    count = keys;
    out = result;
    row = ofRow;
    HalfLayout layout = blocks.layout();
    reserve(heads, layout);
    float factor = heads.scale() * HalfKernels.UNIT;
    long from = 4L * row * q.cols();
    for (int i = 0; i < heads.heads() * heads.headDim(); i++) {
      queries[i] = q.segment().get(ValueLayout.JAVA_FLOAT, from + 4L * i) * factor;
    }
    turn = Turn.SCORES;
    team.run(this, team.pieces(used(layout)));
    turn = Turn.EXPONENTIALS;
    team.run(this, team.pieces(heads.heads()));
    turn = Turn.MIXTURE;
    // One piece each: strips that lie side by side are read in one run.
    team.run(this, Math.min(team.size(), strips(heads, layout)));
  }

  /// Blocks that hold the keys.
  private int used(HalfLayout layout) {
    return Math.ceilDiv(count, layout.rows());
  }

  /// Strips of values of all key-value heads.
  private static int strips(AttentionShape heads, HalfLayout layout) {
    return heads.keyValueHeads() * (layout.width() / layout.strip());
  }

  private void reserve(AttentionShape heads, HalfLayout layout) {
    int all = heads.heads();
    if (scores.length < all * used(layout) * layout.rows()) {
      // Room to grow, so that not every new block makes a new array.
      scores = new float[all * (used(layout) + Math.ceilDiv(1024, layout.rows())) * layout.rows()];
    }
    if (mixed.length < all * layout.width()) {
      queries = new float[all * layout.width()];
      mixed = new float[all * layout.width()];
    }
    if (sums.length < all) {
      sums = new float[all];
    }
    int strip = layout.strip() * Math.max(layout.rows(), layout.headDim());
    for (int member = 0; member < widened.length; member++) {
      if (widened[member].length < strip) {
        widened[member] = new float[strip];
      }
    }
  }

  @Override
  public void run(int member, int piece, int pieces) {
    AttentionShape heads = Objects.requireNonNull(shape);
    HalfBlocks blocks = Objects.requireNonNull(memory);
    int all =
        switch (turn) {
          case SCORES -> used(blocks.layout());
          case EXPONENTIALS -> heads.heads();
          case MIXTURE -> strips(heads, blocks.layout());
        };
    int from = all * piece / pieces;
    int to = all * (piece + 1) / pieces;
    switch (turn) {
      case SCORES -> scores(heads, blocks, from, to, widened[member]);
      case EXPONENTIALS -> {
        int apart = used(blocks.layout()) * blocks.layout().rows();
        for (int head = from; head < to; head++) {
          sums[head] = kernels.exponentials(scores, head * apart, count);
        }
      }
      case MIXTURE -> mixture(heads, blocks, from, to, widened[member]);
    }
  }

  /// Of all heads the scores of some blocks.
  private void scores(AttentionShape heads, HalfBlocks half, int from, int to, float[] scratch) {
    HalfLayout layout = half.layout();
    int height = layout.rows();
    int apart = used(layout) * height;
    int group = heads.heads() / heads.keyValueHeads();
    for (int head = 0; head < heads.heads(); head++) {
      Arrays.fill(scores, head * apart + from * height, head * apart + to * height, 0);
    }
    for (int b = from; b < to; b++) {
      MemorySegment block = half.blocks().get(b);
      for (int keyHead = 0; keyHead < heads.keyValueHeads(); keyHead++) {
        int head = keyHead * group;
        kernels.multiply(
            block,
            layout.keysAt(layer, keyHead),
            heads.headDim(),
            heads.headDim(),
            height,
            queries,
            head * heads.headDim(),
            heads.headDim(),
            group,
            scores,
            head * apart + b * height,
            apart,
            scratch);
      }
    }
  }

  /// Some strips of the result's columns.
  private void mixture(AttentionShape heads, HalfBlocks half, int from, int to, float[] scratch) {
    HalfLayout layout = half.layout();
    int height = layout.rows();
    int apart = used(layout) * height;
    int group = heads.heads() / heads.keyValueHeads();
    int width = layout.width();
    int strip = layout.strip();
    int each = width / strip;
    for (int s = from; s < to; s++) {
      for (int head = s / each * group; head < (s / each + 1) * group; head++) {
        int at = head * width + s % each * strip;
        Arrays.fill(mixed, at, at + strip, 0);
      }
    }
    List<MemorySegment> blocks = half.blocks();
    for (int b = 0; b < used(layout); b++) {
      for (int s = from; s < to; s++) {
        int head = s / each * group;
        kernels.multiply(
            blocks.get(b),
            layout.valuesAt(layer, s / each) + s % each * layout.valueStripBytes(),
            height,
            Math.min(height, count - b * height),
            strip,
            scores,
            head * apart + b * height,
            apart,
            group,
            mixed,
            head * width + s % each * strip,
            width,
            scratch);
      }
    }
    for (int s = from; s < to; s++) {
      for (int head = s / each * group; head < (s / each + 1) * group; head++) {
        store(heads, head, s % each * strip, Math.min(strip, heads.headDim() - s % each * strip));
      }
    }
  }

  /// Some columns of a head.
  private void store(AttentionShape heads, int head, int column, int columns) {
    HalfLayout layout = Objects.requireNonNull(memory).layout();
    Matrix to = Objects.requireNonNull(out);
    float inverse = 1 / sums[head];
    long at = 4L * ((long) row * to.cols() + (long) head * heads.headDim() + column);
    for (int i = 0; i < columns; i++) {
      float sum = mixed[head * layout.width() + column + i];
      to.segment().set(ValueLayout.JAVA_FLOAT, at + 4L * i, sum * inverse);
    }
  }
}
