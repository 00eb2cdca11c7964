package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.torch.Arithmetic;
import io.smolvlm.tensor.torch.Bfloat16Speed;
import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.ImageProcessor;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.PixelTiles;
import io.smolvlm.vision.VisionTower;
import java.lang.foreign.Arena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Image tokens of trained weights in other numbers, against float32.
class EncoderPrecisionTest {
  @ParameterizedTest
  @CsvSource({
    "INT8, 0.995, scene.png",
    "INT8, 0.995, heart.png",
    "INT8, 0.995, cat.jpg",
    "BFLOAT16, 0.999, scene.png",
    "BFLOAT16, 0.999, heart.png",
    "BFLOAT16, 0.999, cat.jpg",
    "INT8_BFLOAT16, 0.995, scene.png",
    "INT8_BFLOAT16, 0.995, heart.png",
    "INT8_BFLOAT16, 0.995, cat.jpg"
  })
  void imageTokensPointWhereThoseOfFloat32Do(Arithmetic arithmetic, double least, String picture) {
    assumeTrue(
        arithmetic == Arithmetic.INT8 || Bfloat16Speed.measure().pays(),
        "the processor has no bfloat16");
    try (Checkpoint tiny = new ModelCatalog().resolve("tiny", null);
        Arena arena = Arena.ofShared();
        Team team = new Team(2)) {
      PictureConfig config = tiny.config().pictures().orElseThrow();
      var weights = new NetworkWeights(tiny.weights(), arena, team, true).vision(config.encoder());
      PixelTiles tiles =
          new ImageProcessor(config.processor())
              .process(
                  new ImageReader()
                      .read(Fixtures.projectRoot().resolve("samples/images").resolve(picture)),
                  ImageOptions.MODEL);
      try (var exact = new VisionTower(config.encoder(), weights, team, Arithmetic.FLOAT32);
          var other = new VisionTower(config.encoder(), weights, team, arithmetic)) {
        int rows = config.encoder().tokensPerTile();
        Matrix expected = Matrix.allocate(arena, rows, exact.tokenWidth());
        Matrix found = Matrix.allocate(arena, rows, exact.tokenWidth());
        for (int tile = 0; tile < tiles.tiles(); tile++) {
          exact.encode(tiles.pixelValues(arena, tile), expected);
          other.encode(tiles.pixelValues(arena, tile), found);
          for (int row = 0; row < rows; row++) {
            double cosine = cosine(expected.slice(row, row + 1), found.slice(row, row + 1));
            assertTrue(cosine >= least, "tile " + tile + ", token " + row + ": cosine " + cosine);
          }
        }
      }
    }
  }

  private static double cosine(Matrix a, Matrix b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.cols(); i++) {
      ab += (double) a.get(0, i) * b.get(0, i);
      aa += (double) a.get(0, i) * a.get(0, i);
      bb += (double) b.get(0, i) * b.get(0, i);
    }
    return ab / Math.sqrt(aa * bb);
  }
}
