package io.smolvlm.tensor.ops;

/// How wide rows are cut into heads.
///
/// @param heads of queries
/// @param keyValueHeads of keys and values; query head `h` reads head `h / (heads / keyValueHeads)`
/// @param headDim width of a head
public record AttentionShape(int heads, int keyValueHeads, int headDim) {
  public AttentionShape {
    if (heads < 1 || keyValueHeads < 1 || headDim < 1 || heads % keyValueHeads != 0) {
      throw new IllegalArgumentException(
          heads + " heads, " + keyValueHeads + " key-value heads of " + headDim);
    }
  }

  /// Width of a row of queries.
  public int queryWidth() {
    return heads * headDim;
  }

  /// Width of a row of keys or values.
  public int keyValueWidth() {
    return keyValueHeads * headDim;
  }

  /// Scores are multiplied by this: one over the root of the head's width.
  public float scale() {
    return (float) (1 / Math.sqrt(headDim));
  }
}
