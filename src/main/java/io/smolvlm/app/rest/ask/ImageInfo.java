package io.smolvlm.app.rest.ask;

import io.smolvlm.models.engine.Prompt;
import io.smolvlm.vision.PixelTiles;
import io.smolvlm.vision.TileGrid;
import java.util.ArrayList;
import java.util.List;

/// What became of a picture before the model saw it.
///
/// @param width as it came in, in pixels
/// @param height as it came in, in pixels
/// @param resized width and height of the picture that the grid was cut from
/// @param rows of the grid, 0 for one tile
/// @param cols of the grid, 0 for one tile
/// @param tiles the whole picture included
/// @param tokens image tokens in the prompt, separators not counted
public record ImageInfo(
    int width, int height, List<Integer> resized, int rows, int cols, int tiles, int tokens) {
  /// One a picture of a prepared question.
  public static List<ImageInfo> of(Answers.Prepared prepared) {
    List<ImageInfo> infos = new ArrayList<>();
    List<PixelTiles> tiles = prepared.request().pictures();
    Prompt prompt = prepared.request().prompt();
    for (int i = 0; i < tiles.size(); i++) {
      var image = prepared.pictures().get(i).image();
      infos.add(of(image.width(), image.height(), tiles.get(i).grid(), prompt.imageTokens(i)));
    }
    return infos;
  }

  public static ImageInfo of(int width, int height, TileGrid grid, int tokens) {
    return new ImageInfo(
        width,
        height,
        List.of(grid.width(), grid.height()),
        grid.rows(),
        grid.cols(),
        grid.tiles(),
        tokens);
  }
}
