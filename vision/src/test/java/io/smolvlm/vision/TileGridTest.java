package io.smolvlm.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TileGridTest {
  @Test
  void smallPicturesAreEnlargedToTheLongestEdge() {
    assertEquals(
        new TileGrid(512, 2048, 2048, 2048, 2048, 4, 4),
        TileGrid.plan(512, 512, Configs.of(512, 2048), ImageOptions.MODEL));
  }

  @Test
  void shortSideIsStretchedToWholeTiles() {
    assertEquals(
        new TileGrid(512, 204, 2048, 512, 2048, 4, 1),
        TileGrid.plan(100, 1000, Configs.of(512, 2048), ImageOptions.MODEL));
  }

  @Test
  void oneTileHasNoGridAndNoExtraTile() {
    TileGrid grid = TileGrid.plan(640, 480, Configs.of(512, 512), ImageOptions.MODEL);
    assertEquals(0, grid.rows());
    assertEquals(0, grid.cols());
    assertEquals(1, grid.tiles());
  }

  @Test
  void withoutSplittingThePictureIsSquashed() {
    ImageOptions off = new ImageOptions(ImageOptions.Split.OFF, 0);
    assertEquals(
        new TileGrid(512, 2048, 1536, 512, 512, 0, 0),
        TileGrid.plan(4000, 3000, Configs.of(512, 2048), off));
  }

  @Test
  void truncatedDoublesDecideTheRows() {
    // 1820 / (1820 / 365.0) is 364.99..., so the height becomes 364 and not 366.
    TileGrid grid = TileGrid.plan(1820, 365, Configs.of(364, 1820), ImageOptions.MODEL);
    assertEquals(364, grid.firstHeight());
    assertEquals(1, grid.rows());
  }

  @Test
  void requestsMayLowerTheLongestEdge() {
    ImageOptions options = new ImageOptions(ImageOptions.Split.MODEL, 1024);
    assertEquals(5, TileGrid.plan(800, 800, Configs.of(512, 2048), options).tiles());
  }

  /// width, height, longest edge asked for, tiles
  @ParameterizedTest
  @CsvSource({
    "512, 512, 0, 1",
    "300, 200, 0, 1",
    "513, 400, 0, 5",
    "700, 300, 0, 3",
    "4000, 3000, 0, 13",
    "4000, 3000, 1024, 5",
    "400, 400, 1024, 1"
  })
  void smallPicturesNeedNotBeEnlarged(int width, int height, int edge, int tiles) {
    var options = new ImageOptions(ImageOptions.Split.MODEL, edge, false);
    assertEquals(tiles, TileGrid.plan(width, height, Configs.of(512, 2048), options).tiles());
  }

  @ParameterizedTest
  @ValueSource(ints = {-512, 1, 511, 513, 1000, 4608, Integer.MAX_VALUE})
  void longestEdgeOfARequestIsAMultipleOfTheTile(int edge) {
    ImageOptions options = new ImageOptions(ImageOptions.Split.MODEL, edge);
    SmolVlmException e =
        assertThrows(
            SmolVlmException.class, () -> TileGrid.plan(800, 800, Configs.of(512, 2048), options));
    assertEquals(ErrorCode.INVALID_VALUE, e.code());
    assertTrue(e.getMessage().contains("" + edge) && e.getMessage().contains("512"));
  }

  @Test
  void withoutResizeHugeGridsAreRefused() {
    ImageProcessorConfig config = Configs.withoutResize(4096);
    SmolVlmException e =
        assertThrows(
            SmolVlmException.class, () -> TileGrid.plan(30_000, 1, config, ImageOptions.MODEL));
    assertEquals(ErrorCode.LIMIT, e.code());
  }
}
