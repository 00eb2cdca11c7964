package io.smolvlm.models.convert;

import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.Tensor;
import io.smolvlm.tensor.TensorInfo;
import io.smolvlm.tensor.block.BlockFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/// A tensor's bytes in another type, and how far its numbers moved. Rows are coded by several
/// threads; the result does not depend on how many.
///
/// @param bytes of the new type
/// @param error root mean square of the differences over that of the numbers, 0 for numbers of 0
record Recoding(MemorySegment bytes, double error) {
  /// Numbers coded at a time by a thread.
  private static final int PIECE = 1 << 18;

  /// @param info the new name, type and shape; as many rows and columns as the tensor has
  /// @param arena owns the new bytes
  static Recoding of(Tensor tensor, TensorInfo info, Arena arena) {
    if (tensor.dtype() == info.dtype()) {
      return new Recoding(tensor.data(), 0);
    }
    MemorySegment coded = arena.allocate(info.bytes());
    int step = Math.max(1, PIECE / Math.max(1, tensor.cols()));
    int pieces = Math.ceilDiv(tensor.rows(), step);
    double[] squares = new double[pieces];
    double[] differences = new double[pieces];
    IntStream.range(0, pieces)
        .parallel()
        .forEach(piece -> {
          int from = piece * step;
          int to = Math.min(from + step, tensor.rows());
          double[] sums = piece(tensor, info.dtype(), from, to, coded);
          squares[piece] = sums[0];
          differences[piece] = sums[1];
        });
    double all = IntStream.range(0, pieces).mapToDouble(i -> squares[i]).sum();
    double moved = IntStream.range(0, pieces).mapToDouble(i -> differences[i]).sum();
    return new Recoding(coded, all == 0 ? 0 : Math.sqrt(moved / all));
  }

  /// Codes some rows.
  ///
  /// @return sums of squares: of the numbers, of the differences
  private static double[] piece(Tensor tensor, DType type, int from, int to, MemorySegment coded) {
    int cols = tensor.cols();
    long rowBytes = type.bytes(cols);
    BlockFormat format = type.format().orElseThrow();
    int blocks = cols / format.elements() * (to - from);
    long count = (long) cols * (to - from);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocate(ValueLayout.JAVA_FLOAT, count);
      MemorySegment again = arena.allocate(ValueLayout.JAVA_FLOAT, count);
      tensor.decodeRows(from, to, numbers);
      format.encode(numbers, 0, coded, rowBytes * from, blocks);
      format.decode(coded, rowBytes * from, again, 0, blocks);
      double squares = 0;
      double differences = 0;
      for (long i = 0; i < count; i++) {
        double before = numbers.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        double difference = again.getAtIndex(ValueLayout.JAVA_FLOAT, i) - before;
        squares += before * before;
        differences += difference * difference;
      }
      return new double[] {squares, differences};
    }
  }
}
