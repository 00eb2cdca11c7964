package io.smolvlm.tensor.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.Bf16Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Vector kernels against their scalar twins, at sizes that are no multiples of the vector width.
class KernelsTwinTest {
  private static final long SEED = 20261124;

  private final Arena arena = Arena.ofConfined();
  private final SplittableRandom random = new SplittableRandom(SEED);
  private final Kernels scalar = new ScalarKernels();
  private final Kernels vector = new VectorKernels();

  @AfterEach
  void close() {
    arena.close();
  }

  private Matrix random(int rows, int cols) {
    Matrix m = Matrix.allocate(arena, rows, cols);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        m.set(r, c, (float) (random.nextDouble() * 4 - 2));
      }
    }
    return m;
  }

  private Matrix copy(Matrix m) {
    Matrix c = Matrix.allocate(arena, m.rows(), m.cols());
    c.copyFrom(m);
    return c;
  }

  private static void same(Matrix expected, Matrix actual) {
    assertArrayEquals(expected.toArray(), actual.toArray(), expected + ", seed " + SEED);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 576})
  void linear(int in) {
    for (int rows : new int[] {1, 2, 3, 5, 49}) {
      for (int out : new int[] {1, 3, 4, 5, 8, 13}) {
        Matrix x = random(rows, in);
        Matrix w = random(out, in);
        Matrix b = out % 2 == 0 ? null : random(1, out);
        Matrix expected = Matrix.allocate(arena, rows, out);
        Matrix actual = Matrix.allocate(arena, rows, out);
        scalar.linear(x, w, b, expected, 0, out);
        vector.linear(x, w, b, actual, 0, out);
        same(expected, actual);
      }
    }
  }

  /// More than a mebibyte, which goes through the rows of `x` in another order.
  @ParameterizedTest
  @ValueSource(ints = {576, 583})
  void linearOfALargeWeight(int in) {
    Matrix w = random(500, in);
    for (int rows : new int[] {1, 3, 4}) {
      Matrix x = random(rows, in);
      Matrix b = rows == 3 ? null : random(1, 500);
      Matrix expected = Matrix.allocate(arena, rows, 500);
      scalar.linear(x, w, b, expected, 0, 500);
      Matrix actual = Matrix.allocate(arena, rows, 500);
      vector.linear(x, w, b, actual, 200, 500);
      vector.linear(x, w, b, actual, 0, 200);
      same(expected, actual);
    }
  }

  /// The numbers of a bfloat16 weight are those of a float32 one, and so is every result.
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 8, 9, 17, 33, 100, 576})
  void linearOfBfloat16(int in) {
    for (int rows : new int[] {1, 2, 4, 7, 16, 18}) {
      for (int out : new int[] {1, 4, 7, 8, 9, 21}) {
        Matrix x = random(rows, in);
        Matrix w = random(out, in);
        Bf16Weight halves = rounded(w);
        Matrix b = out % 2 == 0 ? null : random(1, out);
        Matrix expected = Matrix.allocate(arena, rows, out);
        scalar.linear(x, w, b, expected, 0, out);
        for (Kernels kernels : List.of(scalar, vector)) {
          Matrix actual = Matrix.allocate(arena, rows, out);
          Matrix widened = Matrix.allocate(arena, 2 * Kernels.WIDENED, in);
          int cut = out / 2;
          kernels.linear(x, halves, b, actual, widened, Kernels.WIDENED, cut, out);
          kernels.linear(x, halves, b, actual, widened, 0, 0, cut);
          same(expected, actual);
        }
      }
    }
  }

  /// Drops the lower halves of a matrix, and gives the rest.
  private Bf16Weight rounded(Matrix m) {
    MemorySegment data = arena.allocate(2L * m.rows() * m.cols());
    for (int r = 0; r < m.rows(); r++) {
      for (int c = 0; c < m.cols(); c++) {
        int upper = Float.floatToRawIntBits(m.get(r, c)) >>> 16;
        m.set(r, c, Float.intBitsToFloat(upper << 16));
        data.setAtIndex(ValueLayout.JAVA_SHORT, (long) r * m.cols() + c, (short) upper);
      }
    }
    return new Bf16Weight(data, m.rows(), m.cols());
  }

  @Test
  void aRowOfALinearLayerDoesNotDependOnItsNeighbours() {
    Matrix x = random(7, 100);
    Matrix w = random(13, 100);
    Matrix together = Matrix.allocate(arena, 7, 13);
    vector.linear(x, w, null, together, 0, 13);
    for (int r = 0; r < 7; r++) {
      Matrix alone = Matrix.allocate(arena, 1, 13);
      vector.linear(x.slice(r, r + 1), w, null, alone, 0, 6);
      vector.linear(x.slice(r, r + 1), w, null, alone, 6, 13);
      assertArrayEquals(together.slice(r, r + 1).toArray(), alone.toArray(), "row " + r);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, 13, 16, 50, 192, 577})
  void norms(int width) {
    Matrix x = random(5, width);
    Matrix w = random(1, width);
    Matrix b = random(1, width);
    Matrix expected = Matrix.allocate(arena, 5, width);
    Matrix actual = Matrix.allocate(arena, 5, width);
    scalar.layerNorm(x, w, b, 1e-6f, expected, 1, 5);
    vector.layerNorm(x, w, b, 1e-6f, actual, 1, 5);
    same(expected, actual);
    scalar.rmsNorm(x, w, 1e-5f, expected, 0, 5);
    vector.rmsNorm(x, w, 1e-5f, actual, 0, 5);
    same(expected, actual);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 29, 64, 101})
  void activations(int width) {
    Matrix x = random(3, width);
    x.set(0, 0, 40);
    x.set(2, width - 1, -40);
    Matrix up = random(3, width);
    Matrix expected = copy(x);
    Matrix actual = copy(x);
    scalar.geluTanh(expected, 0, 3L * width);
    vector.geluTanh(actual, 0, 3L * width);
    same(expected, actual);
    expected = copy(x);
    actual = copy(x);
    scalar.swiGlu(expected, up, 0, 3L * width);
    vector.swiGlu(actual, up, 0, 3L * width);
    same(expected, actual);
    scalar.add(expected, up, 0, 3L * width);
    vector.add(actual, up, 0, 3L * width);
    same(expected, actual);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 6, 12, 16, 32, 64, 66, 72})
  void rotationAndAttention(int headDim) {
    int heads = 3;
    for (int count : new int[] {1, 2, 7, 8, 31, 64, 130}) {
      Matrix cos = random(count, headDim / 2);
      Matrix sin = random(count, headDim / 2);
      Matrix q = random(2, heads * headDim);
      Matrix k = random(count, heads * headDim);
      Matrix v = random(count, heads * headDim);
      Matrix expected = copy(q);
      Matrix actual = copy(q);
      scalar.rotate(expected, 1, headDim, cos, sin, count - 1);
      vector.rotate(actual, 1, headDim, cos, sin, count - 1);
      same(expected, actual);

      Matrix bias = count % 2 == 0 ? null : random(1, count);
      if (bias != null && count > 2) {
        bias.set(0, 1, Float.NEGATIVE_INFINITY);
      }
      Matrix scores = Matrix.allocate(arena, 2, count + 3);
      Matrix a = Matrix.allocate(arena, 2, heads * headDim);
      Matrix b = Matrix.allocate(arena, 2, heads * headDim);
      Matrix c = Matrix.allocate(arena, 2, heads * headDim);
      List<Matrix> keys = blocks(k, 5);
      List<Matrix> values = blocks(v, 5);
      for (int head = 0; head < heads; head++) {
        int at = head * headDim;
        scalar.attend(q, 1, at, 1, keys, values, at, headDim, count, 0.3f, bias, scores, 1, a);
        vector.attend(q, 1, at, 1, keys, values, at, headDim, count, 0.3f, bias, scores, 0, b);
        vector.attend(
            q, 1, at, 1, List.of(k), List.of(v), at, headDim, count, 0.3f, bias, scores, 0, c);
      }
      same(a, b);
      same(b, c);

      Matrix together = Matrix.allocate(arena, heads, count + 1);
      for (int head = 0; head < heads; head++) {
        int at = head * headDim;
        scalar.attend(q, 1, at, 1, keys, values, 0, headDim, count, 0.3f, bias, scores, 1, a);
      }
      scalar.attend(q, 1, 0, 3, keys, values, 0, headDim, count, 0.3f, bias, together, 0, b);
      vector.attend(q, 1, 0, 3, keys, values, 0, headDim, count, 0.3f, bias, together, 0, c);
      same(a, b);
      same(b, c);
    }
  }

  /// Some rows of an encoder at once, in the forms for even and for odd sizes.
  @ParameterizedTest
  @ValueSource(ints = {2, 8, 16, 32, 48, 64, 72})
  void attentionOfAllRows(int headDim) {
    int heads = 4;
    int group = 2;
    for (int count : new int[] {1, 2, 9, 16, 49, 64}) {
      Matrix q = random(count, heads * headDim);
      Matrix k = random(count, heads / group * headDim);
      Matrix v = random(count, heads / group * headDim);
      Matrix bias = count % 3 == 0 ? null : random(1, count);
      Matrix scores = Matrix.allocate(arena, 2 * group, count + 1);
      Matrix expected = Matrix.allocate(arena, count, heads * headDim);
      Matrix actual = Matrix.allocate(arena, count, heads * headDim);
      for (int row = 0; row < count; row++) {
        for (int head = 0; head < heads; head++) {
          int at = head * headDim;
          int key = head / group * headDim;
          vector.attend(
              q,
              row,
              at,
              1,
              List.of(k),
              List.of(v),
              key,
              headDim,
              count,
              0.2f,
              bias,
              scores,
              0,
              expected);
        }
      }
      for (Kernels kernels : List.of(scalar, vector)) {
        int cut = count / 3;
        kernels.attendAll(q, 0, cut, k, v, headDim, group, 0.2f, bias, scores, 0, actual);
        kernels.attendAll(q, cut, count, k, v, headDim, group, 0.2f, bias, scores, 2, actual);
        same(expected, actual);
      }
    }
  }

  /// The same rows, so many in each.
  private static List<Matrix> blocks(Matrix m, int rows) {
    List<Matrix> blocks = new ArrayList<>();
    for (int from = 0; from < m.rows(); from += rows) {
      blocks.add(m.slice(from, Math.min(m.rows(), from + rows)));
    }
    return blocks;
  }

  @Test
  void exponentialIsPreciseAndTheSameInBothForms() {
    for (float x = -90; x < 88; x += 0.0371f) {
      float one = Partial.exp(x);
      float lane = Lanes.exp(jdk.incubator.vector.FloatVector.broadcast(Lanes.F32, x)).lane(0);
      assertEquals(one, lane, "at " + x);
      double exact = x < -87 ? 0 : Math.exp(x);
      assertTrue(Math.abs(one - exact) <= 3e-7 * exact, "at " + x + ": " + one + " for " + exact);
    }
  }
}
