package io.smolvlm.tensor.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.Shape;
import io.smolvlm.tensor.Tensor;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.PackedWeight;
import io.smolvlm.tensor.ops.PackedWeight.Format;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Packed weights: vector kernels against their scalar twins, both against the numbers that the
/// weight stands for, at sizes that are no multiples of anything.
class PackedTwinTest {
  private static final long SEED = 20261126;

  private final Arena arena = Arena.ofShared();
  private final Team team = new Team(2);
  private final SplittableRandom random = new SplittableRandom(SEED);
  private final PackedKernels scalar = new ScalarPackedKernels();
  private final PackedKernels vector = new VectorPackedKernels();

  @AfterEach
  void close() {
    team.close();
    arena.close();
  }

  private Matrix random(int rows, int cols) {
    Matrix m = Matrix.allocate(arena, rows, cols);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        m.set(r, c, (float) random.nextGaussian());
      }
    }
    return m;
  }

  /// Random numbers as a file of that type has them.
  private Tensor stored(DType type, int rows, int cols) {
    MemorySegment data = arena.allocate(type.bytes((long) rows * cols), 64);
    type.format()
        .orElseThrow()
        .encode(random(rows, cols).segment(), 0, data, 0, rows * cols / type.blockElements());
    return new Tensor("f", "t", type, Shape.of(rows, cols), data);
  }

  private PackedWeight pack(Format format, Matrix m) {
    return new Packer(team).pack(format, m, arena);
  }

  /// Copies on disk are read as long as [PackedWeight#LAYOUT] is the same: whoever changes a bit of
  /// what packing gives changes that number, and these.
  @ParameterizedTest
  @CsvSource({
    "INT8, 2, 2257705001, 1770084961, 2278749979",
    "INT4, 2, 3303279357, 4108257631, 3528719174"
  })
  void bytesBelongToTheirLayout(Format format, int layout, long of8, long of16, long of32) {
    var sum = new CRC32C();
    sum.update(pack(format, random(70, 75)).data().asByteBuffer());
    assertEquals(layout, PackedWeight.LAYOUT);
    long checksum =
        switch (Packer.PANEL) {
          case 8 -> of8;
          case 16 -> of16;
          default -> of32;
        };
    assertEquals(checksum, sum.getValue(), "panels of " + Packer.PANEL);
  }

  @Test
  void panelsOfAnotherWidthAreRefused() {
    PackedWeight w = pack(Format.INT8, random(4, 32));
    var other =
        new PackedWeight(
            Format.INT8,
            4,
            32,
            2 * Packer.PANEL,
            arena.allocate(PackedWeight.bytes(Format.INT8, 4, 32, 2 * Packer.PANEL)));
    Matrix y = Matrix.allocate(arena, 1, 4);
    var linear = new PackedLinear(scalar, team);
    linear.run(random(1, 32), new Linear("w", w, null), w, y);
    assertThrows(
        IllegalArgumentException.class,
        () -> linear.run(random(1, 32), new Linear("w", other, null), other, y));
  }

  private Matrix run(PackedKernels kernels, Matrix x, PackedWeight w, Matrix bias) {
    Matrix y = Matrix.allocate(arena, x.rows(), w.out());
    new PackedLinear(kernels, team).run(x, new Linear("w", w, bias), w, y);
    return y;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 31, 32, 33, 64, 100, 576, 1000})
  void scalarAndVectorAgreeToTheBit(int in) {
    for (Format format : Format.values()) {
      for (int out : new int[] {1, 31, 32, 50, 97}) {
        PackedWeight w = pack(format, random(out, in));
        for (int rows : new int[] {1, 2, 5, 7, 70}) {
          Matrix x = random(rows, in);
          Matrix bias = out % 2 == 0 ? random(1, out) : null;
          assertArrayEquals(
              run(scalar, x, w, bias).toArray(),
              run(vector, x, w, bias).toArray(),
              w + ", " + rows + " rows, seed " + SEED);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void resultsAreThoseOfTheNumbersItStandsFor(Format format) {
    int in = 300;
    int out = 70;
    PackedWeight w = pack(format, random(out, in));
    Matrix numbers = Matrix.allocate(arena, out, in);
    w.unpack(0, out, numbers);
    Matrix x = random(5, in);
    Matrix y = run(vector, x, w, null);
    for (int r = 0; r < 5; r++) {
      for (int o = 0; o < out; o++) {
        double exact = 0;
        double squares = 0;
        for (int i = 0; i < in; i++) {
          exact += (double) x.get(r, i) * numbers.get(o, i);
          squares += numbers.get(o, i) * numbers.get(o, i);
        }
        // 4 bits: each activation is off by up to half of max / 127, about 0.01.
        double tolerance = format == Format.INT4 ? 0.03 * Math.sqrt(squares) : 1e-4;
        assertEquals(exact, y.get(r, o), tolerance, format + " at " + r + ", " + o);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void aRowDoesNotDependOnItsNeighbours(Format format) {
    PackedWeight w = pack(format, random(70, 130));
    for (int rows : new int[] {9, 11}) {
      Matrix x = random(rows, 130);
      Matrix together = run(vector, x, w, null);
      for (int r = 0; r < rows; r++) {
        Matrix alone = run(vector, x.slice(r, r + 1), w, null);
        assertArrayEquals(together.slice(r, r + 1).toArray(), alone.toArray(), "row " + r);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"Q8_0", "Q4_0", "Q4_1"})
  void blocksOfTheSameKindKeepTheirNumbers(DType type) {
    int rows = 40;
    int cols = 96;
    Tensor tensor = stored(type, rows, cols);
    Matrix decoded = tensor.toMatrix(arena);
    Format format = type == DType.Q8_0 ? Format.INT8 : Format.INT4;
    PackedWeight w = new Packer(team).pack(format, tensor, arena);
    Matrix unpacked = Matrix.allocate(arena, rows, cols);
    w.unpack(0, rows, unpacked);
    // d (q - 8) and d q - 8 d: the same number, rounded once more.
    float tolerance = type == DType.Q4_0 ? 1e-6f : 0;
    assertArrayEquals(decoded.toArray(), unpacked.toArray(), tolerance);
  }

  /// What 4 and 5 bits were rounded to before lies on a grid that 8 bits can follow: without error
  /// where there is no minimum, and with a share of what the same numbers cost as any others.
  @ParameterizedTest
  @CsvSource({"Q4_0, 0", "Q4_1, 0.45", "Q5_0, 0", "Q5_1, 0.7"})
  void eightBitsFollowTheGridOfFewer(DType type, double share) {
    Tensor tensor = stored(type, 64, 128);
    Matrix decoded = tensor.toMatrix(arena);
    double usual = error(pack(Format.INT8, decoded), decoded);
    double found = error(new Packer(team).pack(Format.INT8, tensor, arena), decoded);
    assertTrue(found <= share * usual, found + " of " + usual);
  }

  /// The root of the sum of squared errors.
  private double error(PackedWeight w, Matrix numbers) {
    Matrix unpacked = Matrix.allocate(arena, numbers.rows(), numbers.cols());
    w.unpack(0, numbers.rows(), unpacked);
    double sum = 0;
    for (int r = 0; r < numbers.rows(); r++) {
      for (int c = 0; c < numbers.cols(); c++) {
        sum += Math.pow(unpacked.get(r, c) - numbers.get(r, c), 2);
      }
    }
    return Math.sqrt(sum);
  }

  @Test
  void roundingLosesNoMoreThanHalfALevel() {
    Matrix numbers = random(64, 128);
    Matrix unpacked = Matrix.allocate(arena, 64, 128);
    for (Format format : Format.values()) {
      pack(format, numbers).unpack(0, 64, unpacked);
      double error = 0;
      double all = 0;
      for (int r = 0; r < 64; r++) {
        for (int c = 0; c < 128; c++) {
          error += Math.pow(unpacked.get(r, c) - numbers.get(r, c), 2);
          all += Math.pow(numbers.get(r, c), 2);
        }
      }
      double relative = Math.sqrt(error / all);
      assertTrue(relative < (format == Format.INT8 ? 0.006 : 0.08), format + ": " + relative);
    }
  }

  @Test
  void zerosAndExtremesStayThemselves() {
    Matrix numbers = Matrix.allocate(arena, 3, 32);
    for (int i = 0; i < 32; i++) {
      numbers.set(1, i, i % 2 == 0 ? 5 : -5);
      numbers.set(2, i, 0.25f);
    }
    for (Format format : Format.values()) {
      Matrix unpacked = Matrix.allocate(arena, 3, 32);
      pack(format, numbers).unpack(0, 3, unpacked);
      for (int r = 0; r < 3; r++) {
        for (int i = 0; i < 32; i++) {
          assertEquals(numbers.get(r, i), unpacked.get(r, i), 0.003, format + " row " + r);
        }
      }
    }
  }

  @Test
  void largestActivationsDoNotOverflow() {
    Matrix numbers = Matrix.allocate(arena, 1, 32);
    Matrix x = Matrix.allocate(arena, 5, 32);
    for (int i = 0; i < 32; i++) {
      numbers.set(0, i, i < 31 ? 1 : -1); // levels 15 and 0
      for (int r = 0; r < 5; r++) {
        x.set(r, i, i % 3 == r % 3 ? -1e6f : 1e6f);
      }
    }
    PackedWeight w = pack(Format.INT4, numbers);
    assertArrayEquals(run(scalar, x, w, null).toArray(), run(vector, x, w, null).toArray());
    float[] all = new float[5 * 32];
    Arrays.fill(all, 1e6f);
    x.segment().copyFrom(MemorySegment.ofArray(all));
    Matrix y = run(vector, x, w, null);
    for (int r = 0; r < 5; r++) {
      assertEquals(30e6, y.get(r, 0), 1e5, "row " + r);
    }
  }

  @Test
  void numbersThatScalesCannotReachAreRefused() {
    Matrix numbers = random(2, 32);
    numbers.set(1, 5, Float.NaN);
    for (Format format : Format.values()) {
      assertThrows(FormatException.class, () -> pack(format, numbers));
    }
  }
}
