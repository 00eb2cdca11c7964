package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.Bf16Weight;
import io.smolvlm.tensor.ops.Norm;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One operation in float32 on its way to the team. The object is used for every operation anew, so
/// that a decode step allocates nothing.
final class Piece implements Team.Work {
  /// Below this many floats a piece of work costs more than it saves.
  private static final int GRAIN = 4096;

  private enum Kind {
    LINEAR,
    LINEAR_BF16,
    LAYER_NORM,
    RMS_NORM,
    GELU,
    SWI_GLU
  }

  private final Kernels kernels;
  private final Team team;
  private Kind kind = Kind.LINEAR;
  private @Nullable Matrix x;
  private @Nullable Matrix weight;
  private @Nullable Bf16Weight bf16;
  private @Nullable Matrix widened;
  private @Nullable Matrix bias;
  private float eps;
  private @Nullable Matrix y;
  private int count;

  Piece(Kernels kernels, Team team) {
    this.kernels = kernels;
    this.team = team;
  }

  void linear(Matrix in, Matrix matrix, @Nullable Matrix addend, Matrix out) {
    bias = addend;
    share(Kind.LINEAR, in, matrix, out, matrix.rows(), grain(in));
  }

  /// @param scratch `[team size * Kernels.WIDENED, in]`
  void linear(Matrix in, Bf16Weight matrix, @Nullable Matrix addend, Matrix out, Matrix scratch) {
    bf16 = matrix;
    widened = scratch;
    bias = addend;
    share(Kind.LINEAR_BF16, in, null, out, matrix.out(), grain(in));
  }

  private static int grain(Matrix in) {
    return Math.max(Kernels.WIDENED, GRAIN / Math.max(1, in.rows() * in.cols()));
  }

  void layerNorm(Matrix in, Norm norm, Matrix out) {
    bias = Objects.requireNonNull(norm.bias(), norm.name());
    eps = norm.eps();
    share(Kind.LAYER_NORM, in, norm.weight(), out, in.rows(), rows(in));
  }

  void rmsNorm(Matrix in, Norm norm, Matrix out) {
    eps = norm.eps();
    share(Kind.RMS_NORM, in, norm.weight(), out, in.rows(), rows(in));
  }

  void geluTanh(Matrix inOut) {
    share(Kind.GELU, inOut, null, inOut, inOut.rows(), rows(inOut));
  }

  void swiGlu(Matrix gate, Matrix up) {
    share(Kind.SWI_GLU, up, null, gate, gate.rows(), rows(gate));
  }

  private static int rows(Matrix m) {
    return Math.max(1, GRAIN / m.cols());
  }

  /// @param indices to share out, in pieces of `grain` at least
  private void share(
      Kind newKind, Matrix in, @Nullable Matrix matrix, Matrix out, int indices, int grain) {
    kind = newKind;
    x = in;
    weight = matrix;
    y = out;
    count = indices;
    team.run(this, team.pieces(count, grain));
  }

  @Override
  public void run(int member, int piece, int pieces) {
    int from = Team.bound(count, piece, pieces);
    int to = Team.bound(count, piece + 1, pieces);
    Matrix in = Objects.requireNonNull(x);
    Matrix out = Objects.requireNonNull(y);
    long first = (long) from * out.cols();
    long last = (long) to * out.cols();
    switch (kind) {
      case LINEAR -> kernels.linear(in, Objects.requireNonNull(weight), bias, out, from, to);
      case LINEAR_BF16 ->
          kernels.linear(
              in,
              Objects.requireNonNull(bf16),
              bias,
              out,
              Objects.requireNonNull(widened),
              member * Kernels.WIDENED,
              from,
              to);
      case LAYER_NORM ->
          kernels.layerNorm(
              in, Objects.requireNonNull(weight), Objects.requireNonNull(bias), eps, out, from, to);
      case RMS_NORM -> kernels.rmsNorm(in, Objects.requireNonNull(weight), eps, out, from, to);
      case GELU -> kernels.geluTanh(out, first, last);
      case SWI_GLU -> kernels.swiGlu(out, in, first, last);
    }
  }
}
