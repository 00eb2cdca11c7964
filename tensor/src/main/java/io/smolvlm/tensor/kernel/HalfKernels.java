package io.smolvlm.tensor.kernel;

import java.lang.foreign.MemorySegment;

/// The inner loops of attention over keys and values in float16. Two implementations with the same
/// results, to the bit: [ScalarHalfKernels], the readable specification, and [VectorHalfKernels].
///
/// The bits of a float16 stand in the places of a float32, which makes it 2^-112 times the number;
/// what it is multiplied with allows for that ([#UNIT]).
interface HalfKernels {
  /// What makes up for the scale of the numbers.
  float UNIT = 0x1p112f;

  /// `y[h, i] += sum over k of x[h, k] table[k, i]`, for several heads or rows of heads together,
  /// so that the table is read once for a few of them, or for many of them widened once. How many
  /// there are changes no bit.
  ///
  /// @param table see [io.smolvlm.tensor.ops.HalfLayout]
  /// @param at where it begins
  /// @param height rows of the table
  /// @param count rows to be read, the first ones
  /// @param width columns, whole strips
  /// @param x of head `h` from `from + h * apart` on
  /// @param y of head `h` from `to + h * yApart` on
  /// @param widened scratch for a strip of the table
  void multiply(
      MemorySegment table,
      long at,
      int height,
      int count,
      int width,
      float[] x,
      int from,
      int apart,
      int heads,
      float[] y,
      int to,
      int yApart,
      float[] widened);

  /// Replaces each of `count` scores by its exponential, less the largest score, times [#UNIT].
  ///
  /// @return the sum of the exponentials
  float exponentials(float[] scores, int from, int count);
}
