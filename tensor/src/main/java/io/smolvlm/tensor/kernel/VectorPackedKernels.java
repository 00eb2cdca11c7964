package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.ops.PackedWeight;

/// The kernels over packed weights with the Vector API; lanes are outputs.
final class VectorPackedKernels implements PackedKernels {
  @Override
  public void quantise(float[] x, int at, int blocks, int[] pairs, float[] scales) {
    VectorInt4.quantise(x, at, blocks, pairs, scales);
  }

  @Override
  public void lessNext(float[] x, int at, int count, float[] y) {
    VectorInt8.lessNext(x, at, count, y);
  }

  @Override
  public void int8(
      PackedWeight weight, int panel, Activations x, int from, int to, float[] scratch, float[] y) {
    VectorInt8.panel(weight, panel, x, from, to, scratch, y);
  }

  @Override
  public void int4(
      PackedWeight weight,
      int panel,
      Activations x,
      int from,
      int to,
      int[] words,
      float[] scales,
      float[] y) {
    VectorInt4.panel(weight, panel, x, from, to, words, scales, y);
  }
}
