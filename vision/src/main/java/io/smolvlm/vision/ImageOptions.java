package io.smolvlm.vision;

import java.util.OptionalInt;

/// A request's own picture budget over the model's defaults.
///
/// @param split whether large pictures are cut into tiles; [Split#MODEL] leaves it to the model
/// @param longestEdge the long side after the first resize in pixels, 0 for the model's; a multiple
///   of the tile, since otherwise the reference's own token estimate is wrong
/// @param enlarge whether small pictures are enlarged to the long side, as the reference does;
///   otherwise only to the whole tiles that hold them, so that 512 x 512 is one tile of 512 and not
///   seventeen
public record ImageOptions(Split split, int longestEdge, boolean enlarge) {
  public enum Split {
    MODEL,
    ON,
    OFF
  }

  public static final ImageOptions MODEL = new ImageOptions(Split.MODEL, 0);

  /// Small pictures are enlarged.
  public ImageOptions(Split split, int longestEdge) {
    this(split, longestEdge, true);
  }

  public OptionalInt edge() {
    return longestEdge == 0 ? OptionalInt.empty() : OptionalInt.of(longestEdge);
  }
}
