package io.smolvlm.vision;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// How a checkpoint wants its pictures prepared: the fields of preprocessor_config.json that change
/// the result.
///
/// @param tileSize side of a tile in pixels (`max_image_size.longest_edge`)
/// @param longestEdge long side after the first resize in pixels (`size.longest_edge`)
/// @param resize whether the first resize happens
/// @param split whether pictures larger than a tile are cut
/// @param resample the filter by Pillow's number: 1 Lanczos, 2 bilinear, 3 bicubic
/// @param rescale whether bytes are multiplied by `rescaleFactor`
/// @param rescaleFactor usually 1/255
/// @param normalize whether `mean` is taken off and the rest divided by `deviation`
/// @param mean one for red, green, blue
/// @param deviation one for red, green, blue
/// @param pad whether a batch is filled up to its largest number of tiles
@SuppressWarnings("ArrayRecordComponent") // three numbers each, never compared
public record ImageProcessorConfig(
    int tileSize,
    int longestEdge,
    boolean resize,
    boolean split,
    int resample,
    boolean rescale,
    double rescaleFactor,
    boolean normalize,
    float[] mean,
    float[] deviation,
    boolean pad) {
  /// Longest side that a first resize may ask for; the reference clamps here.
  public static final int MAX_LONGEST_EDGE = 4096;

  /// @throws SmolVlmException with [ErrorCode#MISMATCH] when a value cannot be worked with
  public ImageProcessorConfig {
    if (tileSize < 1 || tileSize > MAX_LONGEST_EDGE) {
      throw mismatch(
          "max_image_size.longest_edge is " + tileSize + ", allowed 1 to " + MAX_LONGEST_EDGE);
    }
    if (longestEdge < 1 || longestEdge > MAX_LONGEST_EDGE) {
      throw mismatch("size.longest_edge is " + longestEdge + ", allowed 1 to " + MAX_LONGEST_EDGE);
    }
    if (resample < 1 || resample > 3) {
      throw mismatch(
          "resample is " + resample + ", allowed 1 (Lanczos), 2 (bilinear), 3 (bicubic)");
    }
    if (mean.length != 3 || deviation.length != 3) {
      throw mismatch("image_mean and image_std need 3 numbers each");
    }
    for (float d : deviation) {
      if (!(d > 0)) {
        throw mismatch("image_std holds " + d + ", needed above 0");
      }
    }
  }

  private static SmolVlmException mismatch(String what) {
    return new SmolVlmException(ErrorCode.MISMATCH, "preprocessor_config.json: " + what);
  }
}
