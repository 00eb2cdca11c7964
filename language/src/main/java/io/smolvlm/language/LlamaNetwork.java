package io.smolvlm.language;

import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.Ops;

/// The decoder as mathematics: RMS norm, rotary grouped-query attention, SwiGLU. (transformers 5.23
/// `models/llama/modeling_llama.py`; every text model of the family is plain Llama.)
record LlamaNetwork(TextConfig config, DecoderWeights weights) {

  /// `[n, hidden] -> [n, hidden]`: embeddings in, normed hidden states out.
  <V> V forward(Ops<V> ops, V x) {
    var shape = new AttentionShape(config.heads(), config.keyValueHeads(), config.headDim());
    for (int i = 0; i < config.layers(); i++) {
      int layer = i;
      DecoderWeights.Layer w = weights.layers().get(i);
      x =
          ops.residual(
              x,
              h -> {
                V normed = ops.rmsNorm(h, w.inputNorm());
                V q = ops.linear(normed, w.query());
                V k = ops.linear(normed, w.key());
                V v = ops.linear(normed, w.value());
                return ops.linear(ops.causalAttention(layer, q, k, v, shape), w.output());
              });
      x =
          ops.residual(
              x,
              h -> {
                V normed = ops.rmsNorm(h, w.postAttentionNorm());
                V gated = ops.swiGlu(ops.linear(normed, w.gate()), ops.linear(normed, w.up()));
                return ops.linear(gated, w.down());
              });
      x = ops.tap("layer_" + i, x);
    }
    return ops.tap("final_norm", ops.rmsNorm(x, weights.finalNorm()));
  }
}
