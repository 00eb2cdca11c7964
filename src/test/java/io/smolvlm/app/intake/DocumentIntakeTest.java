package io.smolvlm.app.intake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.app.PdfFiles;
import io.smolvlm.app.intake.IntakeException.Reason;
import io.smolvlm.tensor.BadInputs;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.document.DocumentLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Documents through the service's intake, in this process and in workers.
class DocumentIntakeTest {
  private static final ImageLimits PICTURES = ImageLimits.DEFAULT;
  private static final Duration LONG = Duration.ofSeconds(60);

  private static DocumentLimits limits(int bytes, int pages, Duration page) {
    return new DocumentLimits(bytes, pages, 16_000_000, page, LONG);
  }

  private static DecodeWorkers workers(DocumentLimits documents) {
    var rules =
        new DecodeRules(1, 256 << 20, LONG, Duration.ofMinutes(2), 500, Duration.ofHours(1));
    return new DecodeWorkers(rules, PICTURES, documents);
  }

  private static Reason refusal(PictureDecoder decoder, byte[] file) {
    return assertThrows(IntakeException.class, () -> decoder.pages(file, 200, () -> false))
        .reason();
  }

  private static byte[] hostile(String name) throws IOException {
    return Files.readAllBytes(BadInputs.root().resolve("document").resolve(name));
  }

  @Test
  void workerDrawsWhatTheReaderDraws() throws IOException {
    DocumentLimits limits = limits(1 << 20, 3, LONG);
    byte[] file = PdfFiles.ofText(3);
    byte[] more = PdfFiles.ofText(4);
    byte[] locked = PdfFiles.ofText(1, "secret");
    var inside = new InProcessDecoder(PICTURES, limits);
    try (DecodeWorkers workers = workers(limits)) {
      List<RgbImage> expected = inside.pages(file, 500, () -> false);
      List<RgbImage> found = workers.pages(file, 500, () -> false);
      assertEquals(3, found.size());
      for (int i = 0; i < 3; i++) {
        assertEquals(500, found.get(i).height());
        assertArrayEquals(expected.get(i).rgb(), found.get(i).rgb(), "page " + (i + 1));
      }
      for (PictureDecoder decoder : List.of(inside, workers)) {
        assertEquals(Reason.TOO_MANY_PAGES, refusal(decoder, more));
        assertEquals(Reason.ENCRYPTED_DOCUMENT, refusal(decoder, locked));
        assertEquals(Reason.INVALID_DOCUMENT, refusal(decoder, Arrays.copyOf(file, 70)));
        assertEquals(Reason.INVALID_DOCUMENT, refusal(decoder, hostile("zero-pages.pdf")));
        assertEquals(Reason.UNSUPPORTED_DOCUMENT, refusal(decoder, hostile("scan-jpx.pdf")));
        assertEquals(Reason.UNSUPPORTED_DOCUMENT, refusal(decoder, "<svg/>".getBytes("UTF-8")));
        assertEquals(Reason.DOCUMENT_TOO_LARGE, refusal(decoder, new byte[(1 << 20) + 1]));
        assertEquals(3, decoder.pages(file, 20, () -> false).size());
      }
      assertEquals(0, workers.status().deaths());
    }
  }

  @Test
  void documentsAndPicturesShareTheirWorkers() throws IOException {
    byte[] picture =
        Files.readAllBytes(
            java.nio.file.Path.of(System.getProperty("smolvlm.root", ".."))
                .resolve("samples/images/heart.png"));
    try (DecodeWorkers workers = workers(DocumentLimits.DEFAULT)) {
      RgbImage before = workers.decode(picture);
      RgbImage page =
          workers.pages(PdfFiles.ofPictures("heart.png"), before.height(), () -> false).getFirst();
      assertArrayEquals(before.rgb(), page.rgb());
      assertArrayEquals(before.rgb(), workers.decode(picture).rgb());
    }
  }

  @Test
  void pageThatTakesTooLongCostsItsWorkerAndNoOther() throws IOException {
    byte[] good = PdfFiles.ofText(1);
    byte[] bomb = hostile("form-bomb.pdf");
    try (DecodeWorkers workers = workers(limits(1 << 20, 4, Duration.ofSeconds(4)))) {
      assertEquals(1, workers.pages(good, 100, () -> false).size());
      long begun = System.nanoTime();
      assertEquals(Reason.DOCUMENT_LIMIT, refusal(workers, bomb));
      double seconds = (System.nanoTime() - begun) / 1e9;
      assertTrue(seconds > 3.9 && seconds < 9, seconds + " s");
      assertEquals(1, workers.status().deaths());
      assertEquals(1, workers.pages(good, 100, () -> false).size());
    }
  }

  @Test
  void nobodyDrawsForAClientThatHasGone() throws IOException {
    byte[] file = PdfFiles.ofText(4);
    var asked = new AtomicInteger();
    try (DecodeWorkers workers = workers(DocumentLimits.DEFAULT)) {
      workers.pages(file, 50, () -> false);
      Set<Long> before = workers.pids();
      Reason reason =
          assertThrows(
                  IntakeException.class,
                  () -> workers.pages(file, 50, () -> asked.incrementAndGet() > 2))
              .reason();
      assertEquals(Reason.ABANDONED, reason);
      assertEquals(0, workers.status().deaths());
      // The process that was at work is another one now: its answers would not fit.
      assertEquals(4, workers.pages(file, 50, () -> false).size());
      assertTrue(!workers.pids().containsAll(before), "the process goes on");
    }
  }

  @Test
  void intakeTakesDocumentsAsDataUris() throws IOException {
    byte[] file = PdfFiles.ofText(2);
    DocumentLimits limits = limits(file.length, 2, LONG);
    try (var intake =
        new PictureIntake(
            PICTURES, limits, new InProcessDecoder(PICTURES, limits), Optional.empty(), 4)) {
      var document = new PictureSource.Document(PdfFiles.dataUri(file));
      List<Picture> pages = intake.readPages(document, 123, () -> false);
      assertEquals(List.of(123, 123), pages.stream().map(p -> p.image().height()).toList());
      assertEquals(file.length, pages.getLast().fileBytes());
      assertEquals(
          Reason.UNSUPPORTED_IMAGE,
          assertThrows(IntakeException.class, () -> intake.read(document)).reason());
      var large =
          new PictureSource.Document(PdfFiles.dataUri(Arrays.copyOf(file, 3000 + file.length)));
      var broken = new PictureSource.Document("data:application/pdf;base64,A");
      IntakeException e =
          assertThrows(IntakeException.class, () -> intake.readPages(large, 9, () -> false));
      assertEquals(Reason.DOCUMENT_TOO_LARGE, e.reason());
      assertTrue(String.valueOf(e.getMessage()).contains(file.length + " bytes"), e.getMessage());
      assertEquals(
          Reason.INVALID_BASE64,
          assertThrows(IntakeException.class, () -> intake.readPages(broken, 9, () -> false))
              .reason());
      assertEquals(
          Reason.ABANDONED,
          assertThrows(IntakeException.class, () -> intake.readPages(document, 9, () -> true))
              .reason());
    }
  }
}
