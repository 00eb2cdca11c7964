package io.smolvlm.vision;

/// Caps on a picture file. All but the last are checked on headers, before a decoder is called.
///
/// @param maxBytes of the file
/// @param maxPixels width times height, also of the canvas of an animation
/// @param maxSide width or height
/// @param maxMetadataBytes of everything in a JPEG that is not needed for its pixels
/// @param maxScans of a progressive JPEG
/// @param maxScanPixels scans times pixels of a progressive JPEG: the work that its decoder does
public record ImageLimits(
    int maxBytes,
    long maxPixels,
    int maxSide,
    int maxMetadataBytes,
    int maxScans,
    long maxScanPixels) {
  public static final ImageLimits DEFAULT =
      new ImageLimits(20 << 20, 50_000_000, 30_000, 8 << 20, 500, 1_000_000_000);
}
