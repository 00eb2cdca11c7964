package io.smolvlm.vision;

/// From a picture to the tiles of a checkpoint, to the byte as the reference implementation with
/// Pillow 13 cuts them.
///
/// A picture is resized to the longest edge (small ones are enlarged), then to whole tiles, which
/// does not keep its shape, and cut row by row; the whole picture, made from the second size and
/// not from the original, comes last. Each of the three resizes rounds to bytes.
///
/// Holds no state beyond its configuration; usable from several threads.
///
/// Source: transformers 5.23.0 `image_processing_pil_smolvlm.py`, `_preprocess`.
public final class ImageProcessor {
  private final ImageProcessorConfig config;
  private final Filter filter;
  private final PixelTable table;

  public ImageProcessor(ImageProcessorConfig config) {
    this.config = config;
    this.filter = Filter.of(config.resample());
    this.table = new PixelTable(config);
  }

  public ImageProcessorConfig config() {
    return config;
  }

  public PixelTable table() {
    return table;
  }

  /// The sizes that a picture of `width x height` will have, without its pixels.
  public TileGrid plan(int width, int height, ImageOptions options) {
    return TileGrid.plan(width, height, config, options);
  }

  /// The tiles of a picture.
  ///
  /// @throws io.smolvlm.tensor.SmolVlmException as [TileGrid#plan] does
  public PixelTiles process(RgbImage image, ImageOptions options) {
    TileGrid grid = plan(image.width(), image.height(), options);
    RgbImage first = Resampler.resize(image, grid.firstWidth(), grid.firstHeight(), filter);
    RgbImage whole = Resampler.resize(first, grid.width(), grid.height(), filter);
    int side = grid.side();
    int tileBytes = 3 * side * side;
    byte[] bytes = new byte[Math.multiplyExact(grid.tiles(), tileBytes)];
    int at = 0;
    for (int row = 0; row < grid.rows(); row++) {
      for (int col = 0; col < grid.cols(); col++, at += tileBytes) {
        cut(whole, col * side, row * side, side, bytes, at);
      }
    }
    cut(Resampler.resize(whole, side, side, filter), 0, 0, side, bytes, at);
    return new PixelTiles(grid, table, bytes);
  }

  /// Copies a square, turning pixels `[y, x, channel]` into planes `[channel, y, x]`.
  private static void cut(RgbImage image, int left, int top, int side, byte[] out, int at) {
    int plane = side * side;
    byte[] rgb = image.rgb();
    for (int y = 0; y < side; y++) {
      int i = ((top + y) * image.width() + left) * 3;
      int o = at + y * side;
      for (int x = 0; x < side; x++, i += 3, o++) {
        out[o] = rgb[i];
        out[o + plane] = rgb[i + 1];
        out[o + 2 * plane] = rgb[i + 2];
      }
    }
  }
}
