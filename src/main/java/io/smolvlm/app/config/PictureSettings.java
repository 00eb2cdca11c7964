package io.smolvlm.app.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.util.Optional;
import java.util.OptionalInt;

/// What pictures may be sent and how much of them the model sees.
public interface PictureSettings {
  /// Most pictures of a request.
  @WithDefault("16")
  @Allowed(from = "0", to = "1024")
  int maxCount();

  /// Most bytes of a picture file.
  @WithDefault("20M")
  @Allowed(from = "1K", to = "256M")
  MemorySize maxBytes();

  /// Most pixels of a picture, width times height.
  @WithDefault("50000000")
  @Allowed(from = "1", to = "100000000")
  long maxPixels();

  /// Most pixels of a picture's width or height.
  @WithDefault("30000")
  @Allowed(from = "1", to = "65535")
  int maxSide();

  /// The long side of a picture before it is cut into tiles, in pixels, a multiple of the model's
  /// tile. Without it the model decides, which for SmolVLM makes 17 tiles of a picture of 512 x
  /// 512: best answers, most work. A request may say otherwise.
  @Allowed(from = "1", to = "16384")
  OptionalInt longestEdge();

  /// Whether pictures are cut into tiles, or each is taken as one. Without it the model decides. A
  /// request may say otherwise.
  Optional<Boolean> split();

  /// Whether pictures smaller than the long side are enlarged to it. Off gives small pictures fewer
  /// tiles; the reference enlarges. A request may say otherwise.
  @WithDefault("true")
  boolean enlarge();

  /// What `detail: low` of a request does: `ignore` it, since some clients send it unasked with
  /// every picture, or `honour` it with a single tile.
  @WithDefault("ignore")
  DetailPolicy detailPolicy();

  /// See [PictureSettings#detailPolicy].
  enum DetailPolicy {
    IGNORE,
    HONOUR
  }
}
