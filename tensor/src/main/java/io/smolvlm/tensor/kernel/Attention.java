package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.HalfBlocks;
import io.smolvlm.tensor.ops.RowSpan;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Attention, computed in float32, heads and rows shared out to the team. The object is used for
/// every layer anew, so that a decode step allocates nothing.
final class Attention implements Team.Work {
  private final Kernels kernels;
  private final Team team;
  private final HalfAttention[] halves;
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
    team.run(this);
  }

  @Override
  public void run(int part, int parts) {
    if (spans.isEmpty()) {
      everyRow(part, parts);
    } else {
      causal(part, parts);
    }
  }

  private void everyRow(int part, int parts) {
    Matrix queries = Objects.requireNonNull(q);
    AttentionShape s = Objects.requireNonNull(shape);
    int group = s.heads() / s.keyValueHeads();
    kernels.attendAll(
        queries,
        queries.rows() * part / parts,
        queries.rows() * (part + 1) / parts,
        Objects.requireNonNull(k),
        Objects.requireNonNull(v),
        s.headDim(),
        group,
        s.scale(),
        bias,
        Objects.requireNonNull(scores),
        part * group,
        Objects.requireNonNull(out));
  }

  private void causal(int part, int parts) {
    int heads = Objects.requireNonNull(shape).heads();
    int first = 0;
    for (int j = 0; j < spans.size(); j++) {
      RowSpan span = spans.get(j);
      HalfBlocks half = span.keyValues().halves();
      List<Matrix> keys = span.keyValues().keys(layer);
      List<Matrix> values = span.keyValues().values(layer);
      for (int i = 0; i < span.rows(); i++) {
        int row = first + i;
        // Neighbouring heads read the same keys. The shares move on from row to row, so that none
        // gets the larger one every time.
        int share = (part + row) % parts;
        int from = heads * share / parts;
        int to = heads * (share + 1) / parts;
        attend(row, from, to, half, keys, values, span.keyValues().length() + i + 1, part);
      }
      first += span.rows();
    }
  }

  /// Heads `from` to `to`, those together that read the same keys.
  ///
  /// @param half where keys and values are, if not null
  private void attend(
      int row,
      int from,
      int to,
      @Nullable HalfBlocks half,
      List<Matrix> keys,
      List<Matrix> values,
      int count,
      int part) {
    AttentionShape s = Objects.requireNonNull(shape);
    int group = s.heads() / s.keyValueHeads();
    for (int head = from; head < to; ) {
      int keyHead = head / group;
      int end = Math.min(to, (keyHead + 1) * group);
      int column = head * s.headDim();
      Matrix queries = Objects.requireNonNull(q);
      Matrix result = Objects.requireNonNull(out);
      if (half != null) {
        halves[part].attend(
            queries, row, column, end - head, half, layer, keyHead, count, s.scale(), result);
      } else {
        kernels.attend(
            queries,
            row,
            column,
            end - head,
            keys,
            values,
            keyHead * s.headDim(),
            s.headDim(),
            count,
            s.scale(),
            bias,
            Objects.requireNonNull(scores),
            part * group,
            result);
      }
      head = end;
    }
  }
}
