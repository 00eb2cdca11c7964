package io.smolvlm.vision.document;

import java.time.Duration;

/// Caps on a document.
///
/// @param maxBytes of the file
/// @param maxPages that are drawn of one file
/// @param maxPixels width times height of a drawn page; a larger one is drawn smaller
/// @param pageTime for opening the file, and for drawing a page
/// @param time for the whole file
public record DocumentLimits(
    int maxBytes, int maxPages, long maxPixels, Duration pageTime, Duration time) {
  public static final DocumentLimits DEFAULT =
      new DocumentLimits(50 << 20, 32, 16_000_000, Duration.ofSeconds(10), Duration.ofSeconds(60));
}
