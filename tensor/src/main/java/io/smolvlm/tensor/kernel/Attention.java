package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.HalfBlocks;
import io.smolvlm.tensor.ops.KeyValues;
import io.smolvlm.tensor.ops.RowSpan;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Attention, computed in float32, heads and rows shared out to the team; one row over a long
/// sequence goes through [SplitAttention]. The object is used for every layer anew, so that a
/// decode step allocates nothing.
final class Attention implements Team.Work {
  /// Positions from which a single row is worth three turns of the team.
  private static final int LONG = 256;

  private final Kernels kernels;
  private final Team team;
  private final HalfAttention[] halves;
  private final SplitAttention split;
  private List<? extends RowSpan> spans = List.of();
  private int layer;
  private @Nullable Matrix q;
  private @Nullable Matrix k;
  private @Nullable Matrix v;
  private @Nullable AttentionShape shape;
  private @Nullable Matrix bias;
  private @Nullable Matrix scores;
  private @Nullable Matrix out;

  Attention(Kernels kernels, HalfKernels halfKernels, Team team) {
    this.kernels = kernels;
    this.team = team;
    this.halves = new HalfAttention[team.size()];
    Arrays.setAll(halves, _ -> new HalfAttention(halfKernels));
    this.split = new SplitAttention(halfKernels, team);
  }

  /// Every row sees every row.
  ///
  /// @param scratch `[team * heads that share keys, > rows]`
  void everyRow(
      Matrix queries,
      Matrix keys,
      Matrix values,
      AttentionShape heads,
      @Nullable Matrix keyBias,
      Matrix scratch,
      Matrix result) {
    spans = List.of();
    k = keys;
    v = values;
    begin(queries, heads, keyBias, scratch, result);
  }

  /// Each row sees its sequence up to itself; keys and values are in the sequences' memories
  /// already.
  ///
  /// @param scratch `[team * heads that share keys, > positions]`
  void causal(
      List<? extends RowSpan> rows,
      int ofLayer,
      Matrix queries,
      AttentionShape heads,
      Matrix scratch,
      Matrix result) {
    spans = rows;
    layer = ofLayer;
    begin(queries, heads, null, scratch, result);
  }

  private void begin(
      Matrix queries,
      AttentionShape heads,
      @Nullable Matrix keyBias,
      Matrix scratch,
      Matrix result) {
    q = queries;
    shape = heads;
    bias = keyBias;
    scores = scratch;
    out = result;
    int pieces = team.pieces(queries.rows(), 1);
    if (spans.isEmpty()) {
      team.run(this, pieces);
      return;
    }
    if (queries.rows() == 1) {
      KeyValues only = spans.getFirst().keyValues();
      HalfBlocks half = only.halves();
      if (half != null && only.length() >= LONG) {
        split.attend(queries, 0, heads, half, layer, only.length() + 1, result);
        return;
      }
    }
    // Neighbouring pieces read the same keys, so that a member has them in its cache.
    int sides = sides(heads, queries.rows());
    int blocks = Math.max(pieces / sides, Math.ceilDiv(2 * team.size(), sides));
    team.run(this, sides * Math.min(blocks, queries.rows()));
  }

  @Override
  public void run(int member, int piece, int pieces) {
    if (spans.isEmpty()) {
      everyRow(member, piece, pieces);
    } else {
      causal(member, piece, pieces);
    }
  }

  /// Into how many parts heads are cut: those that share keys stay together where there are pieces
  /// enough, so that keys are read once.
  private int sides(AttentionShape heads, int rows) {
    return rows * heads.keyValueHeads() >= 2 * team.size()
        ? heads.keyValueHeads()
        : Math.min(team.size(), heads.heads());
  }

  private void everyRow(int member, int piece, int pieces) {
    Matrix queries = Objects.requireNonNull(q);
    AttentionShape s = Objects.requireNonNull(shape);
    int group = s.heads() / s.keyValueHeads();
    kernels.attendAll(
        queries,
        queries.rows() * piece / pieces,
        queries.rows() * (piece + 1) / pieces,
        Objects.requireNonNull(k),
        Objects.requireNonNull(v),
        s.headDim(),
        group,
        s.scale(),
        bias,
        Objects.requireNonNull(scores),
        member * group,
        Objects.requireNonNull(out));
  }

  /// A piece is some of the heads, neighbours of which read the same keys, for some of the rows.
  private void causal(int member, int piece, int pieces) {
    AttentionShape s = Objects.requireNonNull(shape);
    int heads = s.heads();
    int rows = Objects.requireNonNull(q).rows();
    int sides = sides(s, rows);
    int blocks = pieces / sides;
    int side = piece / blocks;
    int block = piece % blocks;
    int from = heads * side / sides;
    int to = heads * (side + 1) / sides;
    int end = rows * (block + 1) / blocks;
    int first = 0;
    for (int j = 0; j < spans.size(); j++) {
      RowSpan span = spans.get(j);
      HalfBlocks half = span.keyValues().halves();
      List<Matrix> keys = span.keyValues().keys(layer);
      List<Matrix> values = span.keyValues().values(layer);
      int last = Math.min(first + span.rows(), end);
      int row = Math.max(first, rows * block / blocks);
      int seen = span.keyValues().length() + row - first + 1;
      if (half != null && row < last) {
        attend(row, last - row, from, to, half, seen, member);
      }
      for (; half == null && row < last; row++, seen++) {
        attend(row, from, to, keys, values, seen, member);
      }
      first += span.rows();
    }
  }

  /// Heads `from` to `to` of some rows, those together that read the same keys.
  private void attend(int row, int rows, int from, int to, HalfBlocks half, int count, int member) {
    AttentionShape s = Objects.requireNonNull(shape);
    int group = s.heads() / s.keyValueHeads();
    for (int head = from, end; head < to; head = end) {
      int keyHead = head / group;
      end = Math.min(to, (keyHead + 1) * group);
      halves[member].attend(
          Objects.requireNonNull(q),
          row,
          rows,
          head * s.headDim(),
          end - head,
          half,
          layer,
          keyHead,
          count,
          s.scale(),
          Objects.requireNonNull(out));
    }
  }

  /// The same for one row over float32.
  private void attend(
      int row, int from, int to, List<Matrix> keys, List<Matrix> values, int count, int member) {
    AttentionShape s = Objects.requireNonNull(shape);
    int group = s.heads() / s.keyValueHeads();
    for (int head = from, end; head < to; head = end) {
      int keyHead = head / group;
      end = Math.min(to, (keyHead + 1) * group);
      kernels.attend(
          Objects.requireNonNull(q),
          row,
          head * s.headDim(),
          end - head,
          keys,
          values,
          keyHead * s.headDim(),
          s.headDim(),
          count,
          s.scale(),
          bias,
          Objects.requireNonNull(scores),
          member * group,
          Objects.requireNonNull(out));
    }
  }
}
