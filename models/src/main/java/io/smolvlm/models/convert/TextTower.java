package io.smolvlm.models.convert;

import io.smolvlm.language.RopeScaling;
import io.smolvlm.language.TextConfig;

/// The sizes of the family's decoders.
enum TextTower {
  M135(576, 1536, 30, 9, 3),
  M360(960, 2560, 32, 15, 5),
  B1_7(2048, 8192, 24, 32, 32),
  /// Llama 3.1 8B, the decoder of Idefics3.
  B8(4096, 14_336, 32, 32, 8);

  private static final float EPS = 1e-5f;

  private final int hidden;
  private final int intermediate;
  private final int layers;
  private final int heads;
  private final int keyValueHeads;

  TextTower(int hidden, int intermediate, int layers, int heads, int keyValueHeads) {
    this.hidden = hidden;
    this.intermediate = intermediate;
    this.layers = layers;
    this.heads = heads;
    this.keyValueHeads = keyValueHeads;
  }

  /// @param vocabulary rows of the embedding table
  /// @param tied whether that is the head, too
  TextConfig config(
      int vocabulary, int positions, double theta, RopeScaling scaling, boolean tied) {
    return new TextConfig(
        vocabulary,
        hidden,
        intermediate,
        layers,
        heads,
        keyValueHeads,
        hidden / heads,
        positions,
        theta,
        EPS,
        tied,
        scaling);
  }
}
