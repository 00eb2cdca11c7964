package io.smolvlm.tensor.ops;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Where a block of keys and values in float16 has what, for kernels that read them front to back:
/// of every layer the keys of all key-value heads, `[headDim, rows]` each, then their values,
/// `[rows, width]`, both as *tables* whose columns are a vector's lanes.
///
/// Of a table's columns `2 * lanes` each form a strip, and a strip's rows follow each other:
/// `lanes` words, each with column `i` of the strip in its low half and column `i + lanes` in its
/// high half. Widths are filled up with zeros to whole strips.
///
/// @param layers of the model
/// @param heads of keys and values
/// @param headDim width of a head
/// @param rows positions of a block, whole strips
/// @param lanes float32 numbers of a vector
public record HalfLayout(int layers, int heads, int headDim, int rows, int lanes) {
  public HalfLayout {
    if (layers < 1 || heads < 1 || headDim < 1 || rows < 1 || rows % (2 * lanes) != 0) {
      throw new IllegalArgumentException(
          layers + " layers of " + heads + " heads of " + headDim + ", " + rows + " rows");
    }
  }

  /// Columns of a strip.
  public int strip() {
    return 2 * lanes;
  }

  /// Columns of values: the head's width in whole strips.
  public int width() {
    return (headDim + strip() - 1) / strip() * strip();
  }

  /// Bytes of a block.
  public long bytes() {
    return keysAt(layers, 0);
  }

  /// Where the keys of a head begin, `[headDim, rows]`.
  public long keysAt(int layer, int head) {
    return 2L * rows * ((long) layer * heads * (headDim + width()) + (long) head * headDim);
  }

  /// Where the values of a head begin, `[rows, width]`.
  public long valuesAt(int layer, int head) {
    return keysAt(layer, heads) + 2L * rows * head * width();
  }

  /// Bytes of a strip of values.
  public long valueStripBytes() {
    return 2L * rows * strip();
  }

  /// Numbers from the beginning of a strip's row to that of a column.
  private int inStrip(int column) {
    return 2 * (column % lanes) + column % strip() / lanes;
  }

  /// Puts keys and values of one position of a layer in their places; what float16 cannot hold
  /// becomes the largest number that it can. Allocates nothing.
  ///
  /// @param position from 0 to `rows - 1`
  /// @param keys row `from` of `[.., heads * headDim]`, likewise `values`
  public void write(
      MemorySegment block, int layer, int position, Matrix keys, Matrix values, int from) {
    // Divisions stay out of the loops: a prompt puts some millions of numbers.
    long keyAt = 2L * ((long) (position / strip()) * headDim * strip() + inStrip(position));
    long source = 4L * from * keys.cols();
    for (int head = 0; head < heads; head++, source += 4L * headDim) {
      long to = keysAt(layer, head) + keyAt;
      for (int d = 0; d < headDim; d++) {
        put(block, to + 2L * strip() * d, keys, source + 4L * d);
      }
      for (int d = 0; d < headDim; d += lanes) {
        long row = (long) (d / strip()) * rows + position;
        long half = valuesAt(layer, head) + 2 * (row * strip() + inStrip(d));
        for (int lane = 0; lane < Math.min(lanes, headDim - d); lane++) {
          put(block, half + 4L * lane, values, source + 4L * (d + lane));
        }
      }
    }
  }

  private static void put(MemorySegment block, long at, Matrix from, long source) {
    float value = from.segment().get(ValueLayout.JAVA_FLOAT, source);
    short half = Float.floatToFloat16(value);
    if ((half & 0x7FFF) == 0x7C00) {
      half--; // infinite
    }
    block.set(ValueLayout.JAVA_SHORT, at, half);
  }
}
