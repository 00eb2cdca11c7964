package io.smolvlm.vision;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// The sizes that a picture passes through and the tiles it ends in; pure arithmetic, no pixels.
///
/// Divisions are IEEE double and `int()` truncates, as in the reference: with integer arithmetic
/// some sizes come out one pixel off and then one row of tiles off.
///
/// Source: transformers 5.23.0 `image_processing_pil_smolvlm.py` (`resize`,
/// `resize_for_vision_encoder`, `split_images`).
///
/// @param side of a tile in pixels
/// @param firstWidth after the resize to the longest edge
/// @param firstHeight after the resize to the longest edge
/// @param width after the resize to whole tiles; the grid is cut from this picture
/// @param height after the resize to whole tiles
/// @param rows of the grid; 0 when the picture is one tile
/// @param cols of the grid; 0 when the picture is one tile
public record TileGrid(
    int side, int firstWidth, int firstHeight, int width, int height, int rows, int cols) {
  /// More than the largest picture that a longest edge of 4096 can lead to.
  private static final long MAX_PIXELS = 1L << 26;

  /// The plan for a picture.
  ///
  /// @param width of the picture, at least 1
  /// @param height of the picture, at least 1
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] when the request's longest edge is no
  ///   multiple of the tile or above [ImageProcessorConfig#MAX_LONGEST_EDGE]; with
  ///   [ErrorCode#LIMIT] when a configuration without resize leads to too many tiles
  public static TileGrid plan(
      int width, int height, ImageProcessorConfig config, ImageOptions options) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("no picture of " + width + " x " + height);
    }
    int tile = config.tileSize();
    int edge = longestEdge(config, options);
    if (!options.enlarge()) {
      edge = Math.min(edge, roundUp(Math.max(width, height), tile));
    }
    Size first = config.resize() ? toLongestEdge(width, height, edge) : new Size(width, height);
    if (!split(config, options)) {
      return new TileGrid(tile, first.width, first.height, tile, tile, 0, 0);
    }
    Size whole = toWholeTiles(first, tile);
    if ((long) whole.width * whole.height > MAX_PIXELS) {
      throw new SmolVlmException(
          ErrorCode.LIMIT,
          "a picture of %d x %d becomes %d x %d in tiles of %d, allowed %d pixels"
              .formatted(width, height, whole.width, whole.height, tile, MAX_PIXELS));
    }
    boolean grid = whole.width > tile || whole.height > tile;
    return new TileGrid(
        tile,
        first.width,
        first.height,
        whole.width,
        whole.height,
        grid ? whole.height / tile : 0,
        grid ? whole.width / tile : 0);
  }

  /// Tiles in all: the grid row by row, then the whole picture; or the one tile.
  public int tiles() {
    return rows == 0 ? 1 : Math.addExact(Math.multiplyExact(rows, cols), 1);
  }

  private static boolean split(ImageProcessorConfig config, ImageOptions options) {
    return switch (options.split()) {
      case MODEL -> config.split();
      case ON -> true;
      case OFF -> false;
    };
  }

  private static int longestEdge(ImageProcessorConfig config, ImageOptions options) {
    if (options.edge().isEmpty()) {
      return config.longestEdge();
    }
    int edge = options.longestEdge();
    int tile = config.tileSize();
    if (edge < 1 || edge > ImageProcessorConfig.MAX_LONGEST_EDGE || edge % tile != 0) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "longest edge %d: allowed are multiples of the tile size %d up to %d"
              .formatted(edge, tile, ImageProcessorConfig.MAX_LONGEST_EDGE));
    }
    return edge;
  }

  /// The long side becomes `edge`, also of small pictures; the short side follows, made even.
  private static Size toLongestEdge(int width, int height, int edge) {
    double ratio = (double) width / height;
    return width >= height
        ? new Size(edge, even((int) (edge / ratio)))
        : new Size(even((int) (edge * ratio)), edge);
  }

  private static int even(int side) {
    return Math.max(side + (side & 1), 1);
  }

  /// Both sides become multiples of the tile: the long one upwards, the short one upwards from what
  /// the ratio gives then. The shape is not kept.
  private static Size toWholeTiles(Size size, int tile) {
    double ratio = (double) size.width / size.height;
    if (size.width >= size.height) {
      int width = roundUp(size.width, tile);
      return new Size(width, roundUp((int) (width / ratio), tile));
    }
    int height = roundUp(size.height, tile);
    return new Size(roundUp((int) (height * ratio), tile), height);
  }

  private static int roundUp(int side, int tile) {
    return Math.max(1, Math.ceilDiv(side, tile)) * tile;
  }

  private record Size(int width, int height) {}
}
