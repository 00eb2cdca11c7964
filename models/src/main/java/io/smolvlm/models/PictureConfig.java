package io.smolvlm.models;

import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.VisionConfig;

/// How a checkpoint sees.
///
/// @param encoder SigLIP, pixel shuffle and connector
/// @param processor how a picture becomes tiles
/// @param imageToken the id whose embeddings the image tokens replace
public record PictureConfig(VisionConfig encoder, ImageProcessorConfig processor, int imageToken) {
  /// The long side in pixels that a picture gets before it is cut into tiles: pages of documents
  /// are best drawn in it.
  public int longestEdge(ImageOptions options) {
    return options.edge().orElse(processor.longestEdge());
  }
}
