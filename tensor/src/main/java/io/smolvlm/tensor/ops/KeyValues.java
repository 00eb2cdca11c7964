package io.smolvlm.tensor.ops;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The keys and values of one sequence, as attention reads and writes them: in blocks of so many
/// positions each, so that memory follows use and sequences with the same beginning share it. They
/// are float32 ([#keys], [#values]) or float16 ([#halves]).
///
/// Position `p` is row `p % blockRows` of block `p / blockRows`. Lists and blocks stay the same
/// until the sequence grows.
public interface KeyValues {
  /// Positions that hold keys and values already.
  int length();

  /// Positions of a block.
  int blockRows();

  /// Rotated keys of a layer, a matrix `[blockRows, key-value width]` each block; there are blocks
  /// for all positions that hold something and for the rows that come next.
  List<Matrix> keys(int layer);

  /// Values of a layer, shaped as [#keys].
  List<Matrix> values(int layer);

  /// Keys and values where they are float16; null where they are float32. [#keys] and [#values] are
  /// then empty.
  default @Nullable HalfBlocks halves() {
    return null;
  }

  /// The first blocks where they are float32, a matrix `[layers * 2 * blockRows, key-value width]`
  /// each: of each layer the keys, then the values.
  List<Matrix> matrices(int count);

  /// Copies keys and values of a layer into the places of the next rows. Allocates nothing.
  ///
  /// @param newKeys `[.., key-value width]`, likewise `newValues`; the rows from `first` on
  default void write(int layer, Matrix newKeys, Matrix newValues, int first, int rows) {
    HalfBlocks halves = halves();
    if (halves != null) {
      for (int row = 0; row < rows; row++) {
        int position = length() + row;
        halves
            .layout()
            .write(
                halves.blocks().get(position / blockRows()),
                layer,
                position % blockRows(),
                newKeys,
                newValues,
                first + row);
      }
      return;
    }
    long width = 4L * newKeys.cols();
    for (int row = 0; row < rows; row++) {
      int position = length() + row;
      int block = position / blockRows();
      long to = position % blockRows() * width;
      long from = (first + row) * width;
      MemorySegment.copy(newKeys.segment(), from, keys(layer).get(block).segment(), to, width);
      MemorySegment.copy(newValues.segment(), from, values(layer).get(block).segment(), to, width);
    }
  }
}
