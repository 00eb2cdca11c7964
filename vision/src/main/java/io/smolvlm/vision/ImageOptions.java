package io.smolvlm.vision;

import java.util.OptionalInt;

/// A request's own picture budget over the model's defaults.
///
/// @param split whether large pictures are cut into tiles; [Split#MODEL] leaves it to the model
/// @param longestEdge the long side after the first resize in pixels, 0 for the model's; a multiple
///   of the tile, since otherwise the reference's own token estimate is wrong
public record ImageOptions(Split split, int longestEdge) {
  public enum Split {
    MODEL,
    ON,
    OFF
  }

  public static final ImageOptions MODEL = new ImageOptions(Split.MODEL, 0);

  public OptionalInt edge() {
    return longestEdge == 0 ? OptionalInt.empty() : OptionalInt.of(longestEdge);
  }
}
