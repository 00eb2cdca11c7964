package io.smolvlm.app.intake;

import io.smolvlm.vision.RgbImage;

/// A picture that has come in.
///
/// @param image its pixels
/// @param fileBytes size of its file
/// @param fetchMillis time until the file was here, redirects and waiting included; 0 unless it was
///   fetched
/// @param decodeMillis time from the file to pixels, waiting for a free process included
public record Picture(RgbImage image, int fileBytes, double fetchMillis, double decodeMillis) {}
