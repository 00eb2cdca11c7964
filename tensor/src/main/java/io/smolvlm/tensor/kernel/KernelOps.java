package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.Bf16Weight;
import io.smolvlm.tensor.ops.FloatWeight;
import io.smolvlm.tensor.ops.KeyValues;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.Norm;
import io.smolvlm.tensor.ops.Ops;
import io.smolvlm.tensor.ops.PackedWeight;
import io.smolvlm.tensor.ops.RowSpan;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Computes a network at once with kernels: the executor for few rows, and the one that needs no
/// native library.
///
/// Results lie in scratch memory and are valid until the next pass begins; copy what must live
/// longer. One thread at a time.
public final class KernelOps implements Ops<Matrix>, AutoCloseable {
  private final Kernels kernels;
  private final Team team;
  private final PackedLinear packed;
  private final Piece piece;
  private final Attention attention;
  private final Scratch scratch = new Scratch();
  private List<? extends RowSpan> spans = List.of();
  private @Nullable Matrix cos;
  private @Nullable Matrix sin;
  private @Nullable BiConsumer<String, Matrix> watcher;

  /// Vector kernels, or scalar ones of the same results where the JVM was started without the
  /// module of the Vector API: for a caption of a small model, done before C2 has compiled the
  /// vector kernels (five tiles encoded in 0.7 s in place of 1.9 s).
  ///
  /// @param team does the maths; not closed with this
  public KernelOps(Team team) {
    this.team = team;
    boolean vectors = Partial.vectorsPresent();
    this.kernels = vectors ? new VectorKernels() : new ScalarKernels();
    this.packed =
        new PackedLinear(vectors ? new VectorPackedKernels() : new ScalarPackedKernels(), team);
    this.piece = new Piece(kernels, team);
    this.attention =
        new Attention(kernels, vectors ? new VectorHalfKernels() : new ScalarHalfKernels(), team);
  }

  /// Float32 numbers of a vector of this process: what a [io.smolvlm.tensor.ops.HalfLayout] needs
  /// to know.
  public static int lanes() {
    return Partial.COUNT;
  }

  /// Begins a pass without sequences, as an encoder's.
  public KernelOps begin() {
    packed.forget();
    scratch.release();
    spans = List.of();
    return this;
  }

  /// Begins a pass whose rows belong to sequences, one span after the other.
  ///
  /// @param cos `[positions, headDim / 2]`, likewise `sin`: the rotary tables
  public KernelOps begin(List<? extends RowSpan> rows, Matrix cos, Matrix sin) {
    packed.forget();
    scratch.release();
    this.spans = rows;
    this.cos = cos;
    this.sin = sin;
    return this;
  }

  /// Shows every tapped value to `watcher`, which copies what it wants to keep.
  ///
  /// @param newWatcher null for none
  public void watch(@Nullable BiConsumer<String, Matrix> newWatcher) {
    this.watcher = newWatcher;
  }

  @Override
  public Matrix linear(Matrix x, Linear weight) {
    Matrix y = scratch.take(x.rows(), weight.out());
    if (x.cols() != weight.in()) {
      throw new IllegalArgumentException(
          weight.name() + ": takes rows of " + weight.in() + ", got " + x);
    }
    switch (weight.weight()) {
      case FloatWeight w -> piece.linear(x, w.matrix(), weight.bias(), y);
      case Bf16Weight w ->
          piece.linear(x, w, weight.bias(), y, scratch.take(team.size() * Kernels.WIDENED, w.in()));
      case PackedWeight w -> packed.run(x, weight, w, y);
    }
    return y;
  }

  @Override
  public Matrix layerNorm(Matrix x, Norm norm) {
    packed.forget();
    Matrix y = scratch.take(x.rows(), x.cols());
    piece.layerNorm(x, norm, y);
    return y;
  }

  @Override
  public Matrix rmsNorm(Matrix x, Norm norm) {
    packed.forget();
    Matrix y = scratch.take(x.rows(), x.cols());
    piece.rmsNorm(x, norm, y);
    return y;
  }

  @Override
  public Matrix geluTanh(Matrix x) {
    packed.forget();
    piece.geluTanh(x);
    return x;
  }

  @Override
  public Matrix swiGlu(Matrix gate, Matrix up) {
    packed.forget();
    piece.swiGlu(gate, up);
    return gate;
  }

  @Override
  public Matrix add(Matrix x, Matrix y) {
    packed.forget();
    kernels.add(x, y, 0, (long) x.rows() * x.cols());
    return x;
  }

  @Override
  public Matrix attention(
      Matrix q, Matrix k, Matrix v, AttentionShape shape, @Nullable Matrix keyBias) {
    packed.forget();
    Matrix out = scratch.take(q.rows(), q.cols());
    attention.everyRow(q, k, v, shape, keyBias, scores(shape, q.rows()), out);
    return out;
  }

  @Override
  public Matrix causalAttention(int layer, Matrix q, Matrix k, Matrix v, AttentionShape shape) {
    packed.forget();
    Matrix c = Objects.requireNonNull(cos, "begin(rows, cos, sin) comes first");
    Matrix s = Objects.requireNonNull(sin);
    int longest = 0;
    int row = 0;
    for (int j = 0; j < spans.size(); j++) {
      RowSpan span = spans.get(j);
      KeyValues memory = span.keyValues();
      int first = row;
      for (int i = 0; i < span.rows(); i++, row++) {
        int position = memory.length() + i;
        kernels.rotate(q, row, shape.headDim(), c, s, position);
        kernels.rotate(k, row, shape.headDim(), c, s, position);
      }
      memory.write(layer, k, v, first, span.rows());
      longest = Math.max(longest, memory.length() + span.rows());
    }
    if (row != q.rows()) {
      throw new IllegalArgumentException("spans of " + row + " rows for " + q);
    }
    Matrix out = scratch.take(q.rows(), q.cols());
    attention.causal(spans, layer, q, shape, scores(shape, longest), out);
    return out;
  }

  /// Room for the scores of heads that share keys, for each of the team; of the same size for many
  /// steps, so that they take the same memory.
  private Matrix scores(AttentionShape shape, int keys) {
    int group = shape.heads() / shape.keyValueHeads();
    return scratch.take(team.size() * group, (keys + 256) / 256 * 256);
  }

  @Override
  public Matrix pixelShuffle(Matrix x, int side, int factor) {
    packed.forget();
    int width = x.cols();
    int folded = side / factor;
    Matrix y = scratch.take(folded * folded, width * factor * factor);
    for (int row = 0; row < y.rows(); row++) {
      Matrix target = y.slice(row, row + 1).reshape(factor * factor, width);
      for (int dy = 0; dy < factor; dy++) {
        int source = (row / folded * factor + dy) * side + row % folded * factor;
        target.slice(dy * factor, (dy + 1) * factor).copyFrom(x.slice(source, source + factor));
      }
    }
    return y;
  }

  @Override
  public Matrix residual(Matrix x, Matrix branch) {
    add(x, branch);
    scratch.releaseAfter(x);
    return x;
  }

  @Override
  public Matrix tap(String name, Matrix x) {
    if (watcher != null) {
      watcher.accept(name, x);
    }
    return x;
  }

  @Override
  public Matrix tap(String name, int layer, Matrix x) {
    // No name is put together for nobody.
    return watcher == null ? x : tap(name + layer, x);
  }

  @Override
  public void close() {
    scratch.close();
  }
}
