package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.Shape;
import io.smolvlm.tensor.Tensor;
import io.smolvlm.tensor.ops.PackedWeight;
import io.smolvlm.tensor.ops.PackedWeight.Format;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Makes packed weights out of stored ones.
///
/// A tensor that is stored in blocks of the same kind keeps exactly its numbers: Q8_0 as
/// [Format#INT8], Q4_0 and Q4_1 as [Format#INT4]. Every other is read as float32 and rounded anew.
public final class Packer {
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int N = PackedWeight.BLOCK;

  /// Outputs of a panel as the kernels of this process take it: two vectors.
  public static final int PANEL = 2 * Partial.COUNT;

  private final Team team;

  /// @param team shares out the panels; not closed with this
  public Packer(Team team) {
    this.team = team;
  }

  /// @param tensor `[out, in]`
  /// @param memory gives the packed weight its memory
  public PackedWeight pack(Format format, Tensor tensor, SegmentAllocator memory) {
    int out = tensor.rows();
    int in = tensor.cols();
    MemorySegment data =
        memory.allocate(PackedWeight.bytes(format, out, in, PANEL), Matrix.ALIGNMENT);
    var weight = new PackedWeight(format, out, in, PANEL, data);
    team.run(
        (_, piece, pieces) -> {
          int to = weight.panels() * (piece + 1) / pieces;
          try (Arena arena = Arena.ofConfined()) {
            var panel = new Panel(weight, tensor, Matrix.allocate(arena, 1, in));
            for (int p = weight.panels() * piece / pieces; p < to; p++) {
              panel.pack(p);
            }
          }
        },
        team.pieces(weight.panels(), 1));
    return weight;
  }

  /// @param matrix `[out, in]`
  public PackedWeight pack(Format format, Matrix matrix, SegmentAllocator memory) {
    var tensor =
        new Tensor(
            "memory",
            "matrix",
            DType.F32,
            Shape.of(matrix.rows(), matrix.cols()),
            matrix.segment());
    return pack(format, tensor, memory);
  }

  /// One member's work.
  private static final class Panel {
    private final PackedWeight weight;
    private final Tensor tensor;
    private final Matrix row;
    private final BlockQuantiser block = new BlockQuantiser();

    Panel(PackedWeight weight, Tensor tensor, Matrix row) {
      this.weight = weight;
      this.tensor = tensor;
      this.row = row;
    }

    void pack(int panel) {
      int first = panel * PANEL;
      for (int o = 0; o < PANEL && first + o < weight.out(); o++) {
        MemorySegment stored = tensor.rowData(first + o, first + o + 1);
        boolean kept = keeps();
        if (!kept) {
          tensor.decodeRows(first + o, first + o + 1, row.segment());
        }
        for (int b = 0; b < weight.blocks(); b++) {
          if (!kept || !block.take(tensor.dtype(), stored, b)) {
            round(stored, b);
          }
          store(panel, b, o);
        }
      }
    }

    private boolean keeps() {
      return switch (weight.format()) {
        case INT8 -> tensor.dtype() == DType.Q8_0;
        case INT4 -> tensor.dtype() == DType.Q4_0 || tensor.dtype() == DType.Q4_1;
      };
    }

    private void round(MemorySegment stored, int b) {
      if (keeps()) { // a block whose minimum float16 cannot hold
        tensor
            .dtype()
            .format()
            .orElseThrow()
            .decode(stored, (long) tensor.dtype().blockBytes() * b, row.segment(), 4L * N * b, 1);
      }
      if (!block.load(row, b * N, Math.min(N, weight.in() - b * N))) {
        throw tensor.failure(
            ErrorCode.UNSUPPORTED,
            "a number beyond 32768 or none at all",
            "for " + weight.format() + " finite numbers below that");
      }
      switch (weight.format()) {
        case INT8 -> {
          if (tensor.dtype().isBlocked()) {
            block.roundGridTo8();
          } else {
            block.roundTo8();
          }
        }
        case INT4 -> block.roundTo4();
      }
    }

    private void store(int panel, int b, int o) {
      MemorySegment data = weight.data();
      int[] q = block.levels();
      long at = weight.levelsAt(panel) + (long) b * weight.levelBytes();
      switch (weight.format()) {
        case INT8 -> {
          for (int j = 0; j < N / 4; j++) {
            int i = 4 * j;
            int word = q[i] + (q[i + 1] << 8) + (q[i + 2] << 16) + (q[i + 3] << 24);
            data.set(WORD, at + weight.word(j, o), word);
          }
        }
        case INT4 -> {
          for (int j = 0; j < N / 8; j++) {
            int word = 0;
            for (int k = 0; k < 8; k++) {
              word |= q[8 * j + k] << (k / 2 * 4 + k % 2 * 16);
            }
            data.set(WORD, at + weight.word(j, o), word);
          }
        }
      }
      long scales = weight.scalesAt(panel) + (long) b * weight.scaleBytes();
      data.set(HALF, scales + weight.factor(0, o), block.scale());
      if (weight.format() == Format.INT4) {
        data.set(HALF, scales + weight.factor(1, o), block.min());
      }
    }
  }
}
