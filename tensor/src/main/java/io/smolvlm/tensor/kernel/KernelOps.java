package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.KeyValues;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.Norm;
import io.smolvlm.tensor.ops.Ops;
import io.smolvlm.tensor.ops.RowSpan;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Computes a network at once with kernels: the executor for few rows, and the one that needs no
/// native library.
///
/// Results lie in scratch memory and are valid until the next pass begins; copy what must live
/// longer. One thread at a time.
public final class KernelOps implements Ops<Matrix>, AutoCloseable {
  /// Below this many floats for each thread a hand-over costs more than it saves.
  private static final int GRAIN = 4096;

  private final Kernels kernels;
  private final Team team;
  private final Scratch scratch = new Scratch();
  private List<RowSpan> spans = List.of();
  private @Nullable Matrix cos;
  private @Nullable Matrix sin;
  private BiConsumer<String, Matrix> watcher = (name, x) -> {};

  /// Vector kernels, or scalar ones of the same results where the JVM was started without the
  /// module of the Vector API: for a caption of a small model, done before C2 has compiled the
  /// vector kernels (five tiles encoded in 0.7 s in place of 1.9 s).
  ///
  /// @param team does the maths; not closed with this
  public KernelOps(Team team) {
    this(Partial.vectorsPresent() ? new VectorKernels() : new ScalarKernels(), team);
  }

  KernelOps(Kernels kernels, Team team) {
    this.kernels = kernels;
    this.team = team;
  }

  /// Begins a pass without sequences, as an encoder's.
  public KernelOps begin() {
    scratch.release(0);
    spans = List.of();
    return this;
  }

  /// Begins a pass whose rows belong to sequences, one span after the other.
  ///
  /// @param cos `[positions, headDim / 2]`, likewise `sin`: the rotary tables
  public KernelOps begin(List<RowSpan> rows, Matrix cos, Matrix sin) {
    scratch.release(0);
    this.spans = rows;
    this.cos = cos;
    this.sin = sin;
    return this;
  }

  /// Shows every tapped value to `watcher`, which copies what it wants to keep.
  public void watch(BiConsumer<String, Matrix> newWatcher) {
    this.watcher = newWatcher;
  }

  @Override
  public Matrix linear(Matrix x, Linear weight) {
    Matrix y = scratch.take(x.rows(), weight.out());
    if (x.cols() != weight.in()) {
      throw new IllegalArgumentException(
          weight.name() + ": takes rows of " + weight.in() + ", got " + x);
    }
    int grain = Math.max(4, GRAIN / Math.max(1, x.rows() * weight.in()));
    team.share(
        weight.out(),
        grain,
        (from, to) -> kernels.linear(x, weight.weight(), weight.bias(), y, from, to));
    return y;
  }

  @Override
  public Matrix layerNorm(Matrix x, Norm norm) {
    Matrix y = scratch.take(x.rows(), x.cols());
    Matrix bias = Objects.requireNonNull(norm.bias(), norm.name());
    team.share(
        x.rows(),
        Math.max(1, GRAIN / x.cols()),
        (from, to) -> kernels.layerNorm(x, norm.weight(), bias, norm.eps(), y, from, to));
    return y;
  }

  @Override
  public Matrix rmsNorm(Matrix x, Norm norm) {
    Matrix y = scratch.take(x.rows(), x.cols());
    team.share(
        x.rows(),
        Math.max(1, GRAIN / x.cols()),
        (from, to) -> kernels.rmsNorm(x, norm.weight(), norm.eps(), y, from, to));
    return y;
  }

  @Override
  public Matrix geluTanh(Matrix x) {
    team.share(
        x.rows(),
        Math.max(1, GRAIN / x.cols()),
        (from, to) -> kernels.geluTanh(x, (long) from * x.cols(), (long) to * x.cols()));
    return x;
  }

  @Override
  public Matrix swiGlu(Matrix gate, Matrix up) {
    team.share(
        gate.rows(),
        Math.max(1, GRAIN / gate.cols()),
        (from, to) -> kernels.swiGlu(gate, up, (long) from * gate.cols(), (long) to * gate.cols()));
    return gate;
  }

  @Override
  public Matrix add(Matrix x, Matrix y) {
    kernels.add(x, y, 0, (long) x.rows() * x.cols());
    return x;
  }

  @Override
  public Matrix attention(
      Matrix q, Matrix k, Matrix v, AttentionShape shape, @Nullable Matrix keyBias) {
    int n = q.rows();
    Matrix out = scratch.take(n, q.cols());
    Matrix scores = scratch.take(team.size(), n);
    team.run((part, parts) -> {
      for (int row = n * part / parts; row < n * (part + 1) / parts; row++) {
        for (int head = 0; head < shape.heads(); head++) {
          attend(q, row, head, k, v, shape, n, keyBias, scores, part, out);
        }
      }
    });
    return out;
  }

  @Override
  public Matrix causalAttention(int layer, Matrix q, Matrix k, Matrix v, AttentionShape shape) {
    Matrix c = Objects.requireNonNull(cos, "begin(rows, cos, sin) comes first");
    Matrix s = Objects.requireNonNull(sin);
    int longest = 0;
    int row = 0;
    for (RowSpan span : spans) {
      KeyValues memory = span.keyValues();
      for (int i = 0; i < span.rows(); i++, row++) {
        int position = memory.length() + i;
        kernels.rotate(q, row, shape.headDim(), c, s, position);
        kernels.rotate(k, row, shape.headDim(), c, s, position);
        memory.keys(layer).slice(position, position + 1).copyFrom(k.slice(row, row + 1));
        memory.values(layer).slice(position, position + 1).copyFrom(v.slice(row, row + 1));
      }
      longest = Math.max(longest, memory.length() + span.rows());
    }
    if (row != q.rows()) {
      throw new IllegalArgumentException("spans of " + row + " rows for " + q);
    }
    Matrix out = scratch.take(q.rows(), q.cols());
    Matrix scores = scratch.take(team.size(), (longest + 255) / 256 * 256);
    team.run((part, parts) -> {
      int first = 0;
      for (RowSpan span : spans) {
        Matrix keys = span.keyValues().keys(layer);
        Matrix values = span.keyValues().values(layer);
        for (int i = 0; i < span.rows(); i++) {
          int at = first + i;
          for (int head = 0; head < shape.heads(); head++) {
            // Round about: later rows see more keys, so contiguous shares would be uneven.
            if ((at * shape.heads() + head) % parts == part) {
              int count = span.keyValues().length() + i + 1;
              attend(q, at, head, keys, values, shape, count, null, scores, part, out);
            }
          }
        }
        first += span.rows();
      }
    });
    return out;
  }

  private void attend(
      Matrix q,
      int row,
      int head,
      Matrix k,
      Matrix v,
      AttentionShape shape,
      int count,
      @Nullable Matrix bias,
      Matrix scores,
      int part,
      Matrix out) {
    int keyHead = head / (shape.heads() / shape.keyValueHeads());
    kernels.attend(
        q,
        row,
        head * shape.headDim(),
        k,
        v,
        keyHead * shape.headDim(),
        shape.headDim(),
        count,
        shape.scale(),
        bias,
        scores,
        part,
        out);
  }

  @Override
  public Matrix pixelShuffle(Matrix x, int side, int factor) {
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
  public Matrix residual(Matrix x, UnaryOperator<Matrix> branch) {
    int mark = scratch.mark();
    add(x, branch.apply(x));
    scratch.release(mark);
    return x;
  }

  @Override
  public Matrix tap(String name, Matrix x) {
    watcher.accept(name, x);
    return x;
  }

  @Override
  public void close() {
    scratch.close();
  }
}
