package io.smolvlm.models;

/// What the reference takes when a file omits a key: transformers 5.23 `LlamaConfig`,
/// `SmolVLMVisionConfig`, `Idefics3VisionConfig` (equal to each other), `SmolVLMConfig`,
/// `Idefics3ImageProcessor` and `SmolVLMProcessor`. Published files do omit keys: SmolVLM2-500M its
/// number of encoder layers, the 2.2B models their number of heads.
final class ReferenceDefaults {
  static final int VOCABULARY = 32_000;
  static final int HIDDEN = 4096;
  static final int INTERMEDIATE = 11_008;
  static final int LAYERS = 32;
  static final int HEADS = 32;
  static final int POSITIONS = 2048;
  static final double RMS_NORM_EPS = 1e-6;
  static final double ROPE_THETA = 10_000;
  static final String HIDDEN_ACT = "silu";

  static final int VISION_HIDDEN = 1152;
  static final int VISION_INTERMEDIATE = 3072;
  static final int VISION_LAYERS = 12;
  static final int VISION_HEADS = 16;
  static final int CHANNELS = 3;
  static final int IMAGE = 224;
  static final int PATCH = 32;
  static final double LAYER_NORM_EPS = 1e-6;
  static final String VISION_ACT = "gelu_pytorch_tanh";

  static final int SCALE_FACTOR = 2;
  static final int IMAGE_TOKEN = 128_257;
  static final boolean TIED = false;
  static final int END_TOKEN = 2;

  static final int TILE = 364;
  static final int LONGEST_EDGE = 4 * TILE;

  /// GGUF files may not say the long side: every published member has four tiles on it.
  static final int TILES_ON_LONGEST_EDGE = 4;

  static final int LANCZOS = 1;
  static final double RESCALE = 1.0 / 255;

  static float[] half() {
    return new float[] {0.5f, 0.5f, 0.5f};
  }

  static final String IMAGE_TOKEN_TEXT = "<image>";
  static final String FAKE_TOKEN_TEXT = "<fake_token_around_image>";
  static final String GLOBAL_TOKEN_TEXT = "<global-img>";
  static final String END_OF_UTTERANCE_TEXT = "<end_of_utterance>";

  private ReferenceDefaults() {}
}
