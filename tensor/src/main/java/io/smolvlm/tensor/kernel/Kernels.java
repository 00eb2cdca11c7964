package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.Bf16Weight;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The inner loops, each over a range of rows, columns or heads so that a [Team] can share them
/// out.
///
/// Two implementations with the same results, to the bit: [ScalarKernels], the readable
/// specification, and [VectorKernels]; [KernelOps] chooses. For one row, the order of additions
/// does not depend on how many rows are computed beside it nor on the range: an answer is the same
/// whatever runs beside it.
interface Kernels {
  /// Rows of a bfloat16 weight that are widened at a time: they stay in the first-level cache.
  int WIDENED = 8;

  /// `y[r, o] = x[r] . w[o] + b[o]` for all rows and outputs `from` to `to`.
  ///
  /// @param x `[n, in]`
  /// @param w `[out, in]`
  /// @param b `[1, out]` or null
  /// @param y `[n, out]`
  void linear(Matrix x, Matrix w, @Nullable Matrix b, Matrix y, int from, int to);

  /// As [#linear(Matrix, Matrix, Matrix, Matrix, int, int)] with a weight in bfloat16, to the bit.
  ///
  /// @param widened `[.., in]`, whose [#WIDENED] rows from `row` on are used as scratch
  void linear(
      Matrix x,
      Bf16Weight w,
      @Nullable Matrix b,
      Matrix y,
      Matrix widened,
      int row,
      int from,
      int to);

  /// Layer norm of rows `from` to `to` of `x` into `y`, both `[n, width]`.
  void layerNorm(Matrix x, Matrix weight, Matrix bias, float eps, Matrix y, int from, int to);

  /// RMS norm of rows `from` to `to` of `x` into `y`, both `[n, width]`.
  void rmsNorm(Matrix x, Matrix weight, float eps, Matrix y, int from, int to);

  /// GELU with tanh, in place, of floats `from` to `to` of `x`.
  void geluTanh(Matrix x, long from, long to);

  /// `gate = silu(gate) * up` for floats `from` to `to`.
  void swiGlu(Matrix gate, Matrix up, long from, long to);

  /// `x += y` for floats `from` to `to`.
  void add(Matrix x, Matrix y, long from, long to);

  /// Rotates each head of row `row` in place: halves `(a, b) -> (a cos - b sin, b cos + a sin)`.
  ///
  /// @param x `[n, heads * headDim]`
  /// @param cos `[positions, headDim / 2]`, likewise `sin`
  void rotate(Matrix x, int row, int headDim, Matrix cos, Matrix sin, int position);

  /// Heads of one row that read the same keys: for each of them `out = softmax(scale * q . k[j] +
  /// bias[j]) v` over `count` keys, which lie in blocks. Neither how they are cut into blocks nor
  /// how many heads there are changes a bit.
  ///
  /// @param q `[n, ..]`, the first head begins at column `column` of row `row`, the others follow
  /// @param heads how many
  /// @param k blocks, one after the other, of `[rows, ..]` with `count` rows or more in all; the
  ///   head begins at column `keyColumn`; likewise `v`
  /// @param bias `[1, >= count]` or null
  /// @param scores `[rows, > count]`, as many rows as heads from `scratchRow` on are used as
  ///   scratch
  /// @param out shaped as `q`, written at the same place; may be `q` itself
  void attend(
      Matrix q,
      int row,
      int column,
      int heads,
      List<Matrix> k,
      List<Matrix> v,
      int keyColumn,
      int headDim,
      int count,
      float scale,
      @Nullable Matrix bias,
      Matrix scores,
      int scratchRow,
      Matrix out);

  /// As [#attend] for every head of rows `from` to `to` of `q`, all of which see all rows of `k`.
  ///
  /// @param group how many neighbouring heads read the same keys
  default void attendAll(
      Matrix q,
      int from,
      int to,
      Matrix k,
      Matrix v,
      int headDim,
      int group,
      float scale,
      @Nullable Matrix bias,
      Matrix scores,
      int scratchRow,
      Matrix out) {
    List<Matrix> keys = List.of(k);
    List<Matrix> values = List.of(v);
    for (int row = from; row < to; row++) {
      for (int column = 0, key = 0; column < q.cols(); column += group * headDim, key += headDim) {
        attend(
            q,
            row,
            column,
            group,
            keys,
            values,
            key,
            headDim,
            k.rows(),
            scale,
            bias,
            scores,
            scratchRow,
            out);
      }
    }
  }
}
