package io.smolvlm.tensor.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.smolvlm.tensor.ops.PackedWeight;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Vectors of packed weights: what both formats load, and how it becomes float32.
///
/// C2 inlines so much and no more into a method (`NodeCountInliningCutoff`), and one operation that
/// is not inlined costs an object a call. So methods of [VectorInt8] and [VectorInt4] hold two
/// vectors of outputs, a panel, 4-bit kernels are two loops, one for sums of blocks and one for
/// scales, the loop over four rows takes two inputs a turn and not four, and no method takes or
/// gives a vector but those of a few bytecodes.
///
/// The loops of one row and of four must not share that room either, or one of them is slow in
/// every process that has also run the other: a method of more than 325 bytecodes
/// (`FreqInlineSize`) is compiled for itself, and what is smaller fits into its caller together
/// (docs/log.md, "slow after eight").
///
/// Loops run over a whole row: what C2 puts before a loop to prove that indices are in range is
/// worth a dozen of its turns (docs/log.md, "machine code of the 8-bit kernel").
final class PackedLanes {
  static final int LANES = Lanes.COUNT;

  /// Bytes of a vector.
  static final long LINE = (long) LANES * Float.BYTES;

  static final VectorShape SHAPE = VectorShape.forBitSize(LANES * Float.SIZE);
  static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, SHAPE);
  static final int PANEL = Packer.PANEL;
  static final int BLOCK = PackedWeight.BLOCK;

  /// Rows for which weights are widened.
  static final int TOGETHER = Activations.QUAD;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private PackedLanes() {}

  static IntVector words(MemorySegment data, long at) {
    return IntVector.fromMemorySegment(I32, data, at, ORDER);
  }

  static FloatVector floats(IntVector v) {
    return (FloatVector) v.convertShape(VectorOperators.I2F, Lanes.F32, 0);
  }

  static FloatVector all(float[] x, int i) {
    return FloatVector.broadcast(Lanes.F32, x[i]);
  }

  /// float16 in the low halves, times 2^-112: its bits in the places of a float32.
  static FloatVector low(IntVector v) {
    return v.lanewise(LSHL, 16).lanewise(ASHR, 3).and(0x8FFFFFFF).reinterpretAsFloats();
  }

  /// float16 in the high halves, times 2^-112.
  static FloatVector high(IntVector v) {
    return v.lanewise(ASHR, 3).and(0x8FFFE000).reinterpretAsFloats();
  }
}
