package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.ops.PackedWeight;

/// The inner loops over packed weights. Two implementations with the same results, to the bit:
/// [ScalarPackedKernels], the readable specification, and [VectorPackedKernels].
///
/// Activations of 8-bit weights stay float32. Those of 4-bit weights are rounded to 8 bits a block:
/// then products and their sums fit into 16 bits, where a vector holds twice as many.
///
/// A row's numbers do not depend on how many rows are computed beside it.
interface PackedKernels {
  /// Rounds blocks of activations: `x = s q`, with `|q|` at most 127.
  ///
  /// @param x numbers, `32 * blocks` of them from `at` on
  /// @param pairs from `at / 2` on receives two levels a word, the first in its low half
  /// @param scales from `at / 16` on receives for each block `s` and `s` times the sum of its
  ///   levels
  void quantise(float[] x, int at, int blocks, int[] pairs, float[] scales);

  /// Takes 1/256 of the next number off each but the last of every four: what the words of 8-bit
  /// weights have too much ([PackedWeight]).
  ///
  /// @param x numbers, `count` of them from `at` on, both multiples of 32, and one more
  /// @param y receives as many at the same place
  void lessNext(float[] x, int at, int count, float[] y);

  /// The outputs of a panel for rows `from` to `to`.
  ///
  /// @param weight of 8 bits
  /// @param x with what [#lessNext] makes of it
  /// @param from a multiple of 4, since four rows lie side by side
  /// @param scratch `[33, panel, blocks]` numbers
  /// @param y receives `[to - from, panel]`
  void int8(
      PackedWeight weight, int panel, Activations x, int from, int to, float[] scratch, float[] y);

  /// The outputs of a panel for rows `from` to `to`.
  ///
  /// @param weight of 4 bits
  /// @param x quantised
  /// @param from a multiple of 4, since four rows lie side by side
  /// @param words scratch, `[20, panel, blocks]` numbers
  /// @param scales scratch, `[2, panel, blocks]` numbers
  /// @param y receives `[to - from, panel]`
  void int4(
      PackedWeight weight,
      int panel,
      Activations x,
      int from,
      int to,
      int[] words,
      float[] scales,
      float[] y);
}
