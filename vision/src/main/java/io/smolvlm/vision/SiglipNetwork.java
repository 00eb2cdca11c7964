package io.smolvlm.vision;

import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.Ops;
import org.jspecify.annotations.Nullable;

/// The encoder and the connector as mathematics, for one tile. (transformers 5.23
/// `models/smolvlm/modeling_smolvlm.py`.)
record SiglipNetwork(VisionConfig config, VisionWeights weights) {

  /// Patches in, image tokens out.
  ///
  /// @param patches `[patches, channels * patch * patch]`
  /// @param positions `[patches, hidden]`: the position embedding of each patch
  /// @param keyBias `[1, patches]`, 0 or minus infinity; null when every patch is of the picture
  /// @return `[tokens, text hidden]`
  <V> V forward(Ops<V> ops, V patches, V positions, @Nullable V keyBias) {
    var shape =
        new AttentionShape(config.heads(), config.heads(), config.hiddenSize() / config.heads());
    V embedded = ops.tap("patch_embeds", ops.linear(patches, weights.patchEmbedding()));
    V x = ops.tap("vision_embeddings", ops.add(embedded, positions));
    for (int i = 0; i < config.layers(); i++) {
      VisionWeights.Layer w = weights.layers().get(i);
      V normed = ops.layerNorm(x, w.norm1());
      V q = ops.linear(normed, w.query());
      V k = ops.linear(normed, w.key());
      V v = ops.linear(normed, w.value());
      x = ops.residual(x, ops.linear(ops.attention(q, k, v, shape, keyBias), w.output()));
      V wide = ops.linearGelu(ops.layerNorm(x, w.norm2()), w.fc1());
      x = ops.residual(x, ops.linear(wide, w.fc2()));
      x = ops.tap("vision_layer_", i, x);
    }
    x = ops.tap("vision_last_hidden_state", ops.layerNorm(x, weights.postNorm()));
    x =
        ops.tap(
            "pixel_shuffle", ops.pixelShuffle(x, config.patchesPerSide(), config.scaleFactor()));
    return ops.tap("connector", ops.linear(x, weights.connector()));
  }
}
