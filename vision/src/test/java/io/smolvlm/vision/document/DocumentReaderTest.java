package io.smolvlm.vision.document;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.BadInputs;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.RgbImage;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.junit.jupiter.api.Test;

class DocumentReaderTest {
  private static final DocumentReader READER = new DocumentReader();

  private static DocumentLimits limits(int bytes, int pages, long pixels, Duration page) {
    return new DocumentLimits(bytes, pages, pixels, page, Duration.ofSeconds(60));
  }

  private static DocumentLimits pages(int most) {
    return limits(1 << 20, most, 1 << 24, Duration.ofSeconds(10));
  }

  private static byte[] hostile(String name) throws IOException {
    return Files.readAllBytes(BadInputs.root().resolve("document").resolve(name));
  }

  private static int[] pixel(RgbImage image, double x, double y) {
    int at = ((int) (y * image.height()) * image.width() + (int) (x * image.width())) * 3;
    return new int[] {image.rgb()[at] & 255, image.rgb()[at + 1] & 255, image.rgb()[at + 2] & 255};
  }

  private static void assertColour(Color expected, int[] found) {
    int[] wanted = {expected.getRed(), expected.getGreen(), expected.getBlue()};
    assertEquals(Arrays.toString(wanted), Arrays.toString(found));
  }

  private static SmolVlmException refusal(DocumentReader reader, byte[] bytes) {
    var e =
        assertThrows(
            SmolVlmException.class, () -> reader.read(bytes, "a.pdf", PageSelection.ALL, 200));
    assertTrue(e.getMessage().startsWith("a.pdf: "), e.getMessage());
    assertFalse(e.getMessage().contains("Exception"), e.getMessage());
    return e;
  }

  @Test
  void everyPageBecomesAPictureInOrder() throws IOException {
    byte[] file = Documents.pages(Color.RED, Color.GREEN, Color.BLUE);
    assertEquals(3, READER.count(file, "a.pdf", PageSelection.ALL));
    List<RgbImage> all = READER.read(file, "a.pdf", PageSelection.ALL, 300);
    assertEquals(3, all.size());
    assertColour(Color.RED, pixel(all.get(0), 0.25, 0.5));
    assertColour(Color.GREEN, pixel(all.get(1), 0.25, 0.5));
    assertColour(Color.BLUE, pixel(all.get(2), 0.25, 0.5));
    assertColour(Color.WHITE, pixel(all.get(2), 0.9, 0.1));
    List<RgbImage> some = READER.read(file, "a.pdf", PageSelection.parse("3,1"), 300);
    assertColour(Color.BLUE, pixel(some.get(0), 0.25, 0.5));
    assertColour(Color.RED, pixel(some.get(1), 0.25, 0.5));
  }

  @Test
  void textIsDrawnWithoutAFontOfTheMachine() throws IOException {
    RgbImage page =
        READER.read(Documents.pages(Color.RED), "a.pdf", PageSelection.ALL, 400).getFirst();
    int dark = 0;
    for (int y = 0; y < page.height(); y++) {
      for (int x = page.width() / 2 + 1; x < page.width(); x++) {
        int at = (y * page.width() + x) * 3;
        dark += (page.rgb()[at] & 255) < 100 ? 1 : 0;
      }
    }
    assertTrue(dark > 100 && dark < page.width() * page.height() / 10, dark + " dark pixels");
  }

  @Test
  void longSideIsWhatWasAskedFor() throws IOException {
    byte[] upright = Documents.pages(Color.RED);
    byte[] across = Documents.make(new PDRectangle(792, 612), "", List.of(Color.RED));
    for (int edge : new int[] {1, 64, 364, 512, 1536, 2048}) {
      assertEquals(edge, READER.read(upright, "a", PageSelection.ALL, edge).getFirst().height());
      RgbImage wide = READER.read(across, "a", PageSelection.ALL, edge).getFirst();
      assertEquals(edge, wide.width());
      assertEquals(Math.max(1, edge * 612 / 792), wide.height(), 1);
    }
  }

  @Test
  void turnedPageIsUpright() throws IOException {
    RgbImage page = READER.read(hostile("ok-rotate.pdf"), "a", PageSelection.ALL, 512).getFirst();
    assertTrue(page.width() > page.height(), page.width() + " x " + page.height());
  }

  @Test
  void pageKeepsToTheCapOnPixels() throws IOException {
    var small = new DocumentReader(limits(1 << 20, 4, 10_000, Duration.ofSeconds(10)));
    RgbImage page = small.read(Documents.pages(Color.RED), "a", PageSelection.ALL, 2048).getFirst();
    assertTrue(page.width() * page.height() <= 10_000, page.width() + " x " + page.height());
    assertTrue(page.width() * page.height() > 9_500, page.width() + " x " + page.height());
    RgbImage most =
        READER.read(Documents.pages(Color.RED), "a", PageSelection.ALL, 100_000).getFirst();
    assertEquals(4096, most.height());
  }

  @Test
  void capOnPagesIsKept() throws IOException {
    byte[] file = Documents.pages(Color.RED, Color.RED, Color.RED);
    for (int most : new int[] {3, 4}) {
      assertEquals(
          3, new DocumentReader(pages(most)).read(file, "a", PageSelection.ALL, 20).size());
    }
    var reader = new DocumentReader(pages(2));
    SmolVlmException e = refusal(reader, file);
    assertEquals(3, ((TooManyPagesException) e).pages());
    assertEquals(
        "a.pdf: pages: found 3, allowed 2 at a time; choose some, as in 1,3-4", e.getMessage());
    assertEquals(2, reader.read(file, "a", PageSelection.parse("2-3"), 20).size());
  }

  @Test
  void capOnBytesIsKept() throws IOException {
    byte[] file = Documents.pages(Color.RED);
    for (int most : new int[] {file.length, file.length + 1}) {
      var reader = new DocumentReader(limits(most, 4, 1 << 20, Duration.ofSeconds(10)));
      assertDoesNotThrow(() -> reader.read(file, "a", PageSelection.ALL, 20));
    }
    var reader = new DocumentReader(limits(file.length - 1, 4, 1 << 20, Duration.ofSeconds(10)));
    SmolVlmException e = refusal(reader, file);
    assertEquals(ErrorCode.TOO_LARGE, e.code());
    assertTrue(e.getMessage().contains("allowed " + (file.length - 1)), e.getMessage());
  }

  @Test
  void refusalsAreTyped() throws IOException {
    byte[] good = Documents.pages(Color.RED);
    byte[] locked = Documents.make(PDRectangle.A6, "secret", List.of(Color.RED));
    assertEquals(ErrorCode.ENCRYPTED, refusal(READER, locked).code());
    assertEquals(ErrorCode.EMPTY, refusal(READER, new byte[0]).code());
    assertEquals(ErrorCode.EMPTY, refusal(READER, hostile("zero-pages.pdf")).code());
    assertEquals(ErrorCode.UNSUPPORTED, refusal(READER, new byte[] {1, 2, 3}).code());
    assertEquals(ErrorCode.UNSUPPORTED, refusal(READER, hostile("scan-jpx.pdf")).code());
    assertEquals(ErrorCode.CORRUPT, refusal(READER, Arrays.copyOf(good, 60)).code());
    assertEquals(ErrorCode.CORRUPT, refusal(READER, hostile("no-pages.pdf")).code());
  }

  @Test
  void pageThatTakesTooLongIsGivenUp() throws Exception {
    var reader = new DocumentReader(limits(1 << 20, 4, 1 << 20, Duration.ofMillis(400)));
    byte[] bomb = hostile("form-bomb.pdf");
    assertDoesNotThrow(() -> reader.count(bomb, "a.pdf", PageSelection.ALL)); // loads PDFBox
    long begun = System.nanoTime();
    SmolVlmException e = refusal(reader, bomb);
    assertEquals(ErrorCode.LIMIT, e.code());
    assertEquals("a.pdf: page 1: takes more than the allowed 0.4 s", e.getMessage());
    assertTrue(System.nanoTime() - begun < 5e9);
    // Its thread ends with the next drawing operation.
    for (int i = 0; i < 100 && drawing(); i++) {
      Thread.sleep(50);
    }
    assertFalse(drawing(), "a thread still draws");
  }

  private static boolean drawing() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .anyMatch(frame -> frame.getMethodName().equals("showForm"));
  }

  @Test
  void contentDecidesWhatADocumentIs() throws IOException {
    assertTrue(DocumentReader.isDocument(Documents.pages(Color.RED)));
    assertFalse(DocumentReader.isDocument(new byte[] {'%', 'P', 'D', 'F'}));
    assertFalse(DocumentReader.isDocument("\u0089PNG %PDF-1.4".getBytes("ISO-8859-1")));
  }
}
