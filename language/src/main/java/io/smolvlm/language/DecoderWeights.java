package io.smolvlm.language;

import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.Norm;
import java.util.List;

/// The weights of a decoder, shaped as its [TextConfig] says.
///
/// @param embeddings `[vocabulary, hidden]`, float32 when read
/// @param layers one each
/// @param finalNorm before the head
/// @param head `[vocabulary, hidden]`; the numbers of the embeddings when they are tied
public record DecoderWeights(
    Embeddings embeddings, List<Layer> layers, Norm finalNorm, Linear head) {
  public DecoderWeights {
    layers = List.copyOf(layers);
  }

  /// One decoder layer.
  public record Layer(
      Norm inputNorm,
      Linear query,
      Linear key,
      Linear value,
      Linear output,
      Norm postAttentionNorm,
      Linear gate,
      Linear up,
      Linear down) {}
}
