package io.smolvlm.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ImageProcessorTest {
  private static RgbImage filled(int width, int height, int red, int green, int blue) {
    byte[] rgb = new byte[width * height * 3];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) red;
      rgb[i + 1] = (byte) green;
      rgb[i + 2] = (byte) blue;
    }
    return new RgbImage(width, height, rgb);
  }

  @Test
  void onePixelBecomesSeventeenTilesOfOneColour() {
    PixelTiles tiles =
        new ImageProcessor(Configs.of(32, 128))
            .process(filled(1, 1, 10, 200, 30), ImageOptions.MODEL);
    assertEquals(17, tiles.tiles());
    byte[] expected = new byte[3 * 32 * 32];
    Arrays.fill(expected, 0, 1024, (byte) 10);
    Arrays.fill(expected, 1024, 2048, (byte) 200);
    Arrays.fill(expected, 2048, 3072, (byte) 30);
    for (int t = 0; t < 17; t++) {
      assertEquals(tiles.sha256(0), tiles.sha256(t));
      assertEquals(0, Arrays.compare(expected, 0, 3072, tiles.bytes(), t * 3072, (t + 1) * 3072));
    }
  }

  @Test
  void aColumnOfPixelsBecomesOneColumnOfTiles() {
    PixelTiles tiles =
        new ImageProcessor(Configs.of(512, 2048))
            .process(filled(1, 900, 1, 2, 3), ImageOptions.MODEL);
    assertEquals(new TileGrid(512, 2, 2048, 512, 2048, 4, 1), tiles.grid());
  }

  @Test
  void wholePictureIsLastTile() {
    RgbImage image = filled(64, 64, 0, 0, 0);
    Arrays.fill(image.rgb(), 0, 32 * 64 * 3, (byte) 255); // white above, black below
    PixelTiles tiles = new ImageProcessor(Configs.of(32, 64)).process(image, ImageOptions.MODEL);
    assertEquals(5, tiles.tiles());
    assertEquals(tiles.sha256(0), tiles.sha256(1));
    assertEquals(tiles.sha256(2), tiles.sha256(3));
    assertNotEquals(tiles.sha256(0), tiles.sha256(2));
    RgbImage whole = tiles.picture(4);
    assertEquals(255, whole.rgb()[0] & 0xff);
    assertEquals(0, whole.rgb()[31 * 32 * 3]);
  }

  @Test
  void sameSizeIsCopiedNotFiltered() {
    RgbImage image = filled(7, 5, 1, 2, 3);
    assertSame(image, Resampler.resize(image, 7, 5, Filter.LANCZOS));
  }

  @Test
  void noPixelIsExactlyZero() {
    PixelTable table = new PixelTable(Configs.of(32, 128));
    for (int c = 0; c < 3; c++) {
      assertEquals(-1f, table.channel(c)[0]);
      assertEquals(1f, table.channel(c)[255]);
      for (float value : table.channel(c)) {
        assertNotEquals(0f, value);
      }
    }
  }

  @Test
  void pixelValuesArePlanesOfTheTable() {
    PixelTiles tiles =
        new ImageProcessor(Configs.of(16, 16))
            .process(filled(16, 16, 0, 127, 255), ImageOptions.MODEL);
    try (Arena arena = Arena.ofConfined()) {
      Matrix values = tiles.pixelValues(arena);
      assertEquals(1, values.rows());
      assertEquals(3 * 16 * 16, values.cols());
      assertEquals(-1f, values.get(0, 0));
      assertEquals(tiles.table().value(1, (byte) 127), values.get(0, 256));
      assertEquals(1f, values.get(0, 767));
    }
  }

  @Test
  void thumbnailsKeepTheShapeAndNeverGrow() {
    RgbImage small = Thumbnails.fit(filled(400, 200, 9, 90, 200), 100);
    assertEquals(100, small.width());
    assertEquals(50, small.height());
    assertEquals(90, small.rgb()[1]);
    RgbImage image = filled(10, 20, 1, 2, 3);
    assertSame(image, Thumbnails.fit(image, 100));
    assertEquals(1, Thumbnails.fit(filled(1000, 1, 0, 0, 0), 100).height());
  }
}
