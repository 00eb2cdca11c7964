package io.smolvlm.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.BadInputs;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReaderTest {
  private static final long MUTATION_NANOS = 5_000_000_000L;

  private final ImageReader reader = new ImageReader();

  @TempDir Path folder;

  private static byte[] file(String name) throws IOException {
    return Files.readAllBytes(BadInputs.root().resolve("image").resolve(name));
  }

  private SmolVlmException refusal(byte[] bytes) {
    return assertThrows(SmolVlmException.class, () -> reader.read(bytes, "holiday"));
  }

  @Test
  void nothingIsEmpty() {
    assertEquals(ErrorCode.EMPTY, refusal(new byte[0]).code());
  }

  @Test
  void messagesNameTheFileAndWhatIsRead() {
    SmolVlmException e = refusal("hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    assertEquals(ErrorCode.UNSUPPORTED, e.code());
    assertEquals("holiday: is none of PNG, JPEG, GIF, BMP, WebP, TIFF", e.getMessage());
  }

  @Test
  void missingFilesAndFoldersAreTypedErrors() {
    Path missing = folder.resolve("none.png");
    SmolVlmException e = assertThrows(SmolVlmException.class, () -> reader.read(missing));
    assertEquals(ErrorCode.MISSING, e.code());
    assertEquals("none.png: no such file", e.getMessage());
    assertEquals(
        ErrorCode.MISSING, assertThrows(SmolVlmException.class, () -> reader.read(folder)).code());
  }

  @Test
  void capsHoldToTheByteAndThePixel() throws IOException {
    byte[] bytes = file("ok-png.png"); // 40 x 81
    assertEquals(40, capped(bytes.length, 40 * 81, 81).read(bytes, "p").width());
    for (ImageReader small :
        List.of(
            capped(bytes.length - 1, 40 * 81, 81),
            capped(bytes.length, 40 * 81 - 1, 81),
            capped(bytes.length, 40 * 81, 80))) {
      SmolVlmException e = assertThrows(SmolVlmException.class, () -> small.read(bytes, "p"));
      assertEquals(ErrorCode.TOO_LARGE, e.code());
    }
  }

  private static ImageReader capped(int bytes, long pixels, int side) {
    return new ImageReader(
        new ImageLimits(bytes, pixels, side, 1 << 20, 500, 1_000_000_000),
        ImageReader.Grey16.SCALED);
  }

  @Test
  void readingTheFileIsReadingItsBytes() throws IOException {
    Path file = BadInputs.root().resolve("image/ok-png.png");
    assertArrayEquals(reader.read(Files.readAllBytes(file), "x").rgb(), reader.read(file).rgb());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ok-png.png",
        "ok-jpeg.jpg",
        "ok-progressive.jpg",
        "ok-gif.gif",
        "ok-webp-lossy.webp",
        "ok-webp-lossless.webp",
        "ok-bmp.bmp",
        "ok-tiff.tif",
        "ok-tiff-lzw.tif",
        "ok-tiff-deflate.tif"
      })
  void damagedFilesAreReadOrRefused(String name) throws IOException {
    byte[] good = file(name);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long end = System.nanoTime() + MUTATION_NANOS / 10;
    while (System.nanoTime() < end) {
      byte[] bytes = good.clone();
      for (int i = 1 + random.nextInt(8); i > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        reader.read(bytes, name);
      } catch (SmolVlmException e) {
        assertTrue(e.getMessage().startsWith(name), () -> "seed " + seed);
      } catch (RuntimeException | Error e) {
        throw new AssertionError(name + " with seed " + seed, e);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void orientationsTurnCornersWhereTheyBelong(int orientation) {
    // a b c
    // d e f
    byte[] rgb = new byte[18];
    for (int i = 0; i < 18; i++) {
      rgb[i] = (byte) ('a' + i / 3);
    }
    RgbImage turned = Orientation.apply(new RgbImage(3, 2, rgb), orientation);
    StringBuilder seen = new StringBuilder();
    for (int i = 0; i < 18; i += 3) {
      seen.append((char) turned.rgb()[i]);
    }
    String expected =
        List.of("abcdef", "cbafed", "fedcba", "defabc", "adbecf", "daebfc", "fcebda", "cfbead")
            .get(orientation - 1);
    assertEquals(expected, seen.toString());
    assertEquals(orientation < 5 ? 3 : 2, turned.width());
  }

  @Test
  void transparencyIsLaidOverWhiteAndRounded() {
    for (int c = 0; c < 256; c++) {
      for (int a = 0; a < 256; a++) {
        long exact = Math.round((c * a + 255 * (255 - a)) / 255.0);
        assertEquals(exact, White.over(c, a) & 0xff);
      }
    }
  }

  /// Files that fuzzing once found to end in another exception.
  @Test
  void whatFuzzingFoundIsRefused() throws IOException {
    Path folder =
        Fixtures.projectRoot().resolve("vision/src/test/resources/io/smolvlm/vision/found");
    try (var files = Files.list(folder)) {
      for (Path found : files.toList()) {
        assertThrows(SmolVlmException.class, () -> reader.read(found), found.toString());
      }
    }
  }
}
