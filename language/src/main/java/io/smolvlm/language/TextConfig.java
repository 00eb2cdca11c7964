package io.smolvlm.language;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// The shape of a Llama decoder: RMSNorm, rotary positions, grouped-query attention, SwiGLU, no
/// biases.
///
/// @param vocabularySize rows of the embedding table
/// @param hiddenSize width of the residual stream
/// @param intermediateSize width inside the feed-forward layer
/// @param layers decoder layers
/// @param heads query heads
/// @param keyValueHeads heads of keys and values; divides `heads`
/// @param headDim width of one head; not always `hiddenSize / heads`
/// @param maxPositions the context in tokens
/// @param ropeTheta base of the rotary frequencies
/// @param rmsNormEps added to the mean square
/// @param tiedEmbeddings whether the embedding table is also the output head
/// @param ropeScaling what is done to the rotary frequencies
public record TextConfig(
    int vocabularySize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int keyValueHeads,
    int headDim,
    int maxPositions,
    double ropeTheta,
    float rmsNormEps,
    boolean tiedEmbeddings,
    RopeScaling ropeScaling) {
  /// @throws SmolVlmException with [ErrorCode#MISMATCH] when the sizes contradict each other
  public TextConfig {
    positive("vocab_size", vocabularySize);
    positive("hidden_size", hiddenSize);
    positive("intermediate_size", intermediateSize);
    positive("num_hidden_layers", layers);
    positive("num_attention_heads", heads);
    positive("num_key_value_heads", keyValueHeads);
    positive("head_dim", headDim);
    positive("max_position_embeddings", maxPositions);
    if (heads % keyValueHeads != 0) {
      throw new SmolVlmException(
          ErrorCode.MISMATCH,
          "text_config: num_attention_heads "
              + heads
              + " is no multiple of num_key_value_heads "
              + keyValueHeads);
    }
    if (headDim % 2 != 0) {
      throw new SmolVlmException(
          ErrorCode.MISMATCH, "text_config: head_dim " + headDim + " is odd");
    }
    if (!(ropeTheta > 0) || !(rmsNormEps > 0)) {
      throw new SmolVlmException(
          ErrorCode.MISMATCH,
          "text_config: rope_theta "
              + ropeTheta
              + " and rms_norm_eps "
              + rmsNormEps
              + " must be above 0");
    }
    if (ropeScaling instanceof RopeScaling.Divided(var divisors)
        && divisors.size() != headDim / 2) {
      throw new SmolVlmException(
          ErrorCode.MISMATCH,
          "text_config: " + divisors.size() + " rope divisors, needed half of head_dim " + headDim);
    }
  }

  /// A decoder whose rotary frequencies are as they are.
  public TextConfig(
      int vocabularySize,
      int hiddenSize,
      int intermediateSize,
      int layers,
      int heads,
      int keyValueHeads,
      int headDim,
      int maxPositions,
      double ropeTheta,
      float rmsNormEps,
      boolean tiedEmbeddings) {
    this(
        vocabularySize,
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        keyValueHeads,
        headDim,
        maxPositions,
        ropeTheta,
        rmsNormEps,
        tiedEmbeddings,
        new RopeScaling.None());
  }

  /// Numbers in the matrices of all layers.
  public long layerParameters() {
    long attention = 2L * (heads + keyValueHeads) * headDim;
    return (long) layers * hiddenSize * (attention + 3L * intermediateSize);
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new SmolVlmException(
          ErrorCode.MISMATCH, "text_config: " + name + " is " + value + ", needed 1 or more");
    }
  }
}
