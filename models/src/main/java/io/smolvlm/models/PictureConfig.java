package io.smolvlm.models;

import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.VisionConfig;

/// How a checkpoint sees.
///
/// @param encoder SigLIP, pixel shuffle and connector
/// @param processor how a picture becomes tiles
/// @param imageToken the id whose embeddings the image tokens replace
public record PictureConfig(VisionConfig encoder, ImageProcessorConfig processor, int imageToken) {}
