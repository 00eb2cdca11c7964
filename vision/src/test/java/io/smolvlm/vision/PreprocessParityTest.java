package io.smolvlm.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.Shape;
import io.smolvlm.tensor.TensorFile;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The whole of `fixtures/preprocess`: reading, the two resizes, tiles, batches, all to the byte.
class PreprocessParityTest {
  /// JPEG decoders may round differently; ours agrees with libjpeg-turbo to the byte so far.
  private static final double JPEG_MEAN_LEVELS = 0.5;

  private static final double NORMALISED_TOLERANCE = 1e-6;

  private static Path folder;
  private static JsonNode cases;
  private static final ImageReader REFERENCE_READER =
      new ImageReader(ImageLimits.DEFAULT, ImageReader.Grey16.CLIPPED);

  @BeforeAll
  static void open() {
    folder = Fixtures.group("preprocess");
    cases = Fixtures.cases("preprocess");
  }

  @Test
  void everyFileAndKeyIsKnown() {
    Fixtures.requireKnown(
        "preprocess",
        Set.of(
            "cases.json",
            "count.json",
            "images",
            "resize",
            "tiles.safetensors",
            "batch.safetensors"));
    Fixtures.requireKnownKeys(
        cases,
        "preprocess/cases.json",
        Set.of(
            "about",
            "resample",
            "vertical_first",
            "normalise",
            "tile_sha256",
            "sizes_hw",
            "configs",
            "pictures",
            "cases",
            "batch",
            "fast_processor_difference"));
    for (JsonNode config : cases.get("configs")) {
      Fixtures.requireKnownKeys(
          config,
          "config",
          Set.of(
              "size",
              "max_image_size",
              "do_image_splitting",
              "patch_size",
              "scale_factor",
              "processor",
              "image_seq_len",
              "note"));
    }
    for (JsonNode picture : cases.get("pictures")) {
      Fixtures.requireKnownKeys(
          picture,
          "picture",
          Set.of(
              "name",
              "file",
              "mode",
              "kind",
              "width",
              "height",
              "decoded_rgb_hwc_sha256",
              "same_when_loaded_by_path",
              "by_path_rgb_hwc_sha256",
              "decoded"));
    }
    for (JsonNode item : cases.get("cases")) {
      Fixtures.requireKnownKeys(
          item,
          "case",
          Set.of(
              "picture",
              "config",
              "rows",
              "cols",
              "tiles",
              "shape",
              "sizes_hw",
              "image_tokens",
              "mask_sum",
              "tiles_sha256",
              "tile_sha256",
              "tile_sum",
              "vertical_first",
              "horizontal_first_tiles_sha256",
              "horizontal_first_max_difference",
              "stored"));
    }
  }

  @Test
  void picturesAreReadAsTheReferenceReadsThem() {
    for (JsonNode picture : cases.get("pictures")) {
      String name = picture.get("name").textValue();
      RgbImage read = REFERENCE_READER.read(folder.resolve(picture.get("file").textValue()));
      assertEquals(picture.get("width").intValue(), read.width(), name);
      assertEquals(picture.get("height").intValue(), read.height(), name);
      RgbImage decoded = decoded(picture);
      assertEquals(picture.get("decoded_rgb_hwc_sha256").textValue(), sha256(decoded.rgb()), name);
      if (picture.get("file").textValue().endsWith(".jpg")) {
        assertTrue(meanDifference(decoded.rgb(), read.rgb()) < JPEG_MEAN_LEVELS, name);
      } else {
        assertArrayEquals(decoded.rgb(), read.rgb(), name);
      }
    }
  }

  private static RgbImage decoded(JsonNode picture) {
    String file =
        picture.has("decoded")
            ? picture.get("decoded").textValue()
            : picture.get("file").textValue();
    return REFERENCE_READER.read(folder.resolve(file));
  }

  private static double meanDifference(byte[] expected, byte[] actual) {
    assertEquals(expected.length, actual.length);
    long sum = 0;
    for (int i = 0; i < expected.length; i++) {
      sum += Math.abs((expected[i] & 0xff) - (actual[i] & 0xff));
    }
    return (double) sum / expected.length;
  }

  @Test
  void tilesAreTheSameBytes() {
    Map<String, RgbImage> pictures = new HashMap<>();
    for (JsonNode picture : cases.get("pictures")) {
      pictures.put(picture.get("name").textValue(), decoded(picture));
    }
    try (TensorFile stored = Fixtures.tensors("preprocess", "tiles.safetensors")) {
      for (JsonNode item : cases.get("cases")) {
        String config = item.get("config").textValue();
        String what = item.get("picture").textValue() + "." + config;
        PixelTiles tiles =
            new ImageProcessor(config(config))
                .process(pictures.get(item.get("picture").textValue()), ImageOptions.MODEL);
        checkGrid(what, item, tiles.grid());
        for (int t = 0; t < tiles.tiles(); t++) {
          assertTrue(
              tiles.sha256(t).startsWith(item.get("tile_sha256").get(t).textValue()),
              what + ": tile " + t);
        }
        assertEquals(item.get("tiles_sha256").textValue(), tiles.sha256OfAll(), what);
        assertEquals(
            item.get("image_tokens").intValue(),
            tiles.tiles() * cases.get("configs").get(config).get("image_seq_len").intValue(),
            what);
        assertEquals(
            item.get("mask_sum").intValue(), tiles.tiles() * tiles.side() * tiles.side(), what);
        if (item.has("stored")) {
          checkStored(what, item.get("stored").textValue(), stored, tiles);
        }
      }
    }
  }

  private static void checkGrid(String what, JsonNode item, TileGrid grid) {
    assertEquals(item.get("rows").intValue(), grid.rows(), what);
    assertEquals(item.get("cols").intValue(), grid.cols(), what);
    assertEquals(item.get("tiles").intValue(), grid.tiles(), what);
    JsonNode sizes = item.get("sizes_hw");
    assertEquals(sizes.get(0).get(0).intValue(), grid.firstHeight(), what);
    assertEquals(sizes.get(0).get(1).intValue(), grid.firstWidth(), what);
    assertEquals(sizes.get(1).get(0).intValue(), grid.height(), what);
    assertEquals(sizes.get(1).get(1).intValue(), grid.width(), what);
  }

  private static void checkStored(String what, String key, TensorFile stored, PixelTiles tiles) {
    assertArrayEquals(bytes(stored, key + ".u8"), tiles.bytes(), what);
    float[] expected = Fixtures.floats(stored, key + ".f32_first_and_last");
    try (Arena arena = Arena.ofConfined()) {
      Matrix values = tiles.pixelValues(arena);
      float[] actual = new float[expected.length];
      float[] first = values.slice(0, 1).toArray();
      System.arraycopy(first, 0, actual, 0, first.length);
      if (tiles.tiles() > 1) {
        float[] last = values.slice(tiles.tiles() - 1, tiles.tiles()).toArray();
        System.arraycopy(last, 0, actual, first.length, last.length);
      }
      Fixtures.assertClose(what, expected, actual, NORMALISED_TOLERANCE);
    }
  }

  @Test
  void countsAgreeForTheWholeTable() {
    JsonNode counts = Fixtures.json(folder.resolve("count.json"));
    Fixtures.requireKnownKeys(
        counts,
        "count.json",
        Set.of(
            "about",
            "configs",
            "fields_per_config",
            "get_number_of_image_patches_disagrees",
            "rows"));
    List<String> names = new ArrayList<>();
    counts.get("configs").forEach(name -> names.add(name.textValue()));
    for (JsonNode row : counts.get("rows")) {
      int at = 2;
      for (String name : names) {
        TileGrid grid =
            TileGrid.plan(
                row.get(0).intValue(), row.get(1).intValue(), config(name), ImageOptions.MODEL);
        int tokens = cases.get("configs").get(name).get("image_seq_len").intValue();
        int[] actual = {
          grid.firstHeight(), grid.firstWidth(), grid.rows(), grid.cols(), grid.tiles() * tokens
        };
        for (int value : actual) {
          assertEquals(
              row.get(at++).intValue(), value, () -> name + " of " + row.get(0) + "x" + row.get(1));
        }
      }
    }
  }

  @Test
  void resizedPicturesAreTheSameBytes() {
    Fixtures.requireKnown("preprocess/resize", Set.of("cases.json", "resize.safetensors"));
    JsonNode resize = Fixtures.cases("preprocess/resize");
    try (TensorFile file = Fixtures.tensors("preprocess/resize", "resize.safetensors")) {
      for (JsonNode item : resize.get("cases")) {
        RgbImage in =
            new RgbImage(
                item.get("from_wh").get(0).intValue(),
                item.get("from_wh").get(1).intValue(),
                bytes(file, item.get("id").asText() + ".in"));
        for (JsonNode name : resize.get("filters")) {
          String key = item.get("id").asText() + "." + name.textValue();
          RgbImage out =
              Resampler.resize(
                  in,
                  item.get("to_wh").get(0).intValue(),
                  item.get("to_wh").get(1).intValue(),
                  Filter.valueOf(name.textValue().toUpperCase(Locale.ROOT)));
          assertArrayEquals(bytes(file, key), out.rgb(), key);
        }
      }
    }
  }

  @Test
  void batchesArePaddedAlike() {
    JsonNode batch = cases.get("batch");
    ImageProcessor processor = new ImageProcessor(config(batch.get("config").textValue()));
    try (TensorFile file = Fixtures.tensors("preprocess", batch.get("file").textValue());
        Arena arena = Arena.ofConfined()) {
      List<List<PixelTiles>> prompts = new ArrayList<>();
      for (JsonNode prompt : batch.get("prompts")) {
        List<PixelTiles> pictures = new ArrayList<>();
        for (JsonNode key : prompt) {
          Shape shape = file.tensor(key.textValue()).shape();
          RgbImage image =
              new RgbImage((int) shape.dim(1), (int) shape.dim(0), bytes(file, key.textValue()));
          pictures.add(processor.process(image, ImageOptions.MODEL));
        }
        prompts.add(pictures);
      }
      PixelBatch actual = new PixelBatch(prompts);
      assertEquals(batch.get("shape").get(0).intValue(), actual.prompts());
      assertEquals(batch.get("shape").get(1).intValue(), actual.slots());
      assertArrayEquals(bytes(file, "u8"), actual.bytes());
      assertArrayEquals(bytes(file, "mask"), actual.mask());
      Matrix values = actual.pixelValues(arena);
      for (int p = 0; p < actual.prompts(); p++) {
        for (int s = 0; s < actual.slots(); s++) {
          boolean real = batch.get("slot_is_real").get(p).get(s).booleanValue();
          assertEquals(real, actual.isReal(p, s), "prompt " + p + ", slot " + s);
          int row = p * actual.slots() + s;
          boolean allZero = true;
          for (float value : values.slice(row, row + 1).toArray()) {
            allZero &= value == 0;
          }
          assertEquals(!real, allZero, "prompt " + p + ", slot " + s);
        }
      }
    }
  }

  private static ImageProcessorConfig config(String name) {
    JsonNode config = cases.get("configs").get(name);
    return new ImageProcessorConfig(
        config.get("max_image_size").get("longest_edge").intValue(),
        config.get("size").get("longest_edge").intValue(),
        true,
        config.get("do_image_splitting").booleanValue(),
        1,
        true,
        1.0 / 255,
        true,
        new float[] {0.5f, 0.5f, 0.5f},
        new float[] {0.5f, 0.5f, 0.5f},
        true);
  }

  private static byte[] bytes(TensorFile file, String name) {
    return file.tensor(name).data().toArray(ValueLayout.JAVA_BYTE);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(Arrays.toString(e.getStackTrace()), e);
    }
  }
}
