package io.smolvlm.app.intake;

import io.smolvlm.vision.RgbImage;

/// A picture that has come in, as a file or as a page of a document.
///
/// @param image its pixels
/// @param fileBytes size of its file, which pages share
/// @param fetchMillis time until the file was here, redirects and waiting included; 0 unless it was
///   fetched
/// @param decodeMillis time from the file to pixels, waiting for a free process included; for a
///   page its share of the document's
public record Picture(RgbImage image, int fileBytes, double fetchMillis, double decodeMillis) {}
