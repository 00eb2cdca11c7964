package io.smolvlm.language;

import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.Ops;

/// The decoder as mathematics: RMS norm, rotary grouped-query attention, SwiGLU. (transformers 5.23
/// `models/llama/modeling_llama.py`; every text model of the family is plain Llama.)
record LlamaNetwork(TextConfig config, DecoderWeights weights, AttentionShape shape) {
  LlamaNetwork(TextConfig config, DecoderWeights weights) {
    this(
        config,
        weights,
        new AttentionShape(config.heads(), config.keyValueHeads(), config.headDim()));
  }

  /// `[n, hidden] -> [n, hidden]`: embeddings in, normed hidden states out.
  <V> V forward(Ops<V> ops, V x) {
    for (int i = 0; i < config.layers(); i++) {
      DecoderWeights.Layer w = weights.layers().get(i);
      V normed = ops.rmsNorm(x, w.inputNorm());
      V q = ops.linear(normed, w.query());
      V k = ops.linear(normed, w.key());
      V v = ops.linear(normed, w.value());
      x = ops.residual(x, ops.linear(ops.causalAttention(i, q, k, v, shape), w.output()));
      normed = ops.rmsNorm(x, w.postAttentionNorm());
      V gated = ops.swiGlu(ops.linear(normed, w.gate()), ops.linear(normed, w.up()));
      x = ops.residual(x, ops.linear(gated, w.down()));
      x = ops.tap("layer_", i, x);
    }
    return ops.tap("final_norm", ops.rmsNorm(x, weights.finalNorm()));
  }
}
