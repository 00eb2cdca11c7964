package io.smolvlm.vision;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// The shape of a SigLIP encoder and of the connector behind it.
///
/// @param hiddenSize width of a patch's vector
/// @param intermediateSize width inside the feed-forward layer
/// @param layers encoder layers
/// @param heads attention heads; divides `hiddenSize`
/// @param imageSize side of a tile in pixels
/// @param patchSize side of a patch in pixels; what is left over at the right and bottom is never
///   seen
/// @param channels of a pixel, 3
/// @param layerNormEps added to the variance
/// @param scaleFactor pixel shuffle folds `scaleFactor x scaleFactor` patches into one image token
public record VisionConfig(
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int imageSize,
    int patchSize,
    int channels,
    float layerNormEps,
    int scaleFactor) {
  /// @throws SmolVlmException with [ErrorCode#MISMATCH] when the sizes contradict each other
  public VisionConfig {
    positive("hidden_size", hiddenSize);
    positive("intermediate_size", intermediateSize);
    positive("num_hidden_layers", layers);
    positive("num_attention_heads", heads);
    positive("image_size", imageSize);
    positive("patch_size", patchSize);
    positive("scale_factor", scaleFactor);
    if (channels != 3) {
      throw mismatch("num_channels " + channels + ", needed 3");
    }
    if (hiddenSize % heads != 0) {
      throw mismatch(
          "hidden_size " + hiddenSize + " is no multiple of num_attention_heads " + heads);
    }
    if (patchSize > imageSize) {
      throw mismatch("patch_size " + patchSize + " exceeds image_size " + imageSize);
    }
    if ((imageSize / patchSize) % scaleFactor != 0) {
      throw mismatch(
          imageSize / patchSize
              + " patches a side cannot be folded by scale_factor "
              + scaleFactor);
    }
    if (!(layerNormEps > 0)) {
      throw mismatch("layer_norm_eps " + layerNormEps + " must be above 0");
    }
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw mismatch(name + " is " + value + ", needed 1 or more");
    }
  }

  private static SmolVlmException mismatch(String what) {
    return new SmolVlmException(ErrorCode.MISMATCH, "vision_config: " + what);
  }

  /// Patches along one side of a tile.
  public int patchesPerSide() {
    return imageSize / patchSize;
  }

  /// Patches of a tile.
  public int patches() {
    return patchesPerSide() * patchesPerSide();
  }

  /// Image tokens of a tile.
  public int tokensPerTile() {
    return patches() / (scaleFactor * scaleFactor);
  }
}
