package io.smolvlm.app.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.tensor.BadInputs;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.document.DocumentLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every document of the reference's set, through the processes that the service has: the right
/// pages or a typed refusal, in time, and the next document is read. Left out are TIFF files, which
/// are pictures here, and a document whose password the manifest tells: there is no place for it.
class HostileDocumentsTest {
  /// Those that draw for ever or fill heap or stack: the process is what ends them.
  private static final int MOST_DEATHS = 16;

  private static final DocumentLimits LIMITS =
      new DocumentLimits(50 << 20, 2000, 16_000_000, Duration.ofSeconds(5), Duration.ofSeconds(15));

  /// Garbage that is taken for a picture larger than the heap.
  private static final String BEYOND_THE_HEAP = "document/scan-jbig2";

  @TempDir Path scratch;

  private record Outcome(List<RgbImage> pages, @Nullable ErrorCode error, double seconds) {
    @Override
    public String toString() {
      return (error == null ? pages.size() + " pages" : error.label()) + " in " + seconds + " s";
    }
  }

  @Test
  void eachEndsAsExpected() throws Exception {
    var rules =
        new DecodeRules(
            2, 512 << 20, LIMITS.time(), Duration.ofMinutes(2), 500, Duration.ofHours(1));
    List<String> differences = new ArrayList<>();
    long deaths;
    try (DecodeWorkers workers = new DecodeWorkers(rules, ImageLimits.DEFAULT, LIMITS);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<Optional<String>>> results = new ArrayList<>();
      for (BadInputs.Case item : cases()) {
        byte[] file = Files.readAllBytes(item.materialize(scratch));
        results.add(threads.submit(() -> difference(item, read(workers, file))));
      }
      for (var result : results) {
        result.get().ifPresent(differences::add);
      }
      deaths = workers.status().deaths();
      Path good = BadInputs.root().resolve("document/ok-plain.pdf");
      assertEquals(1, workers.pages(Files.readAllBytes(good), 100, () -> false).size());
    }
    assertEquals(List.of(), differences);
    assertTrue(deaths <= MOST_DEATHS, deaths + " processes died");
  }

  private static List<BadInputs.Case> cases() {
    List<BadInputs.Case> cases =
        BadInputs.cases("document").stream()
            .filter(item -> !item.id().startsWith("document/tiff-"))
            .filter(item -> !item.id().equals("document/enc-right"))
            .toList();
    assertTrue(cases.size() > 150, cases.size() + " cases");
    return cases;
  }

  private static Outcome read(PictureDecoder decoder, byte[] file) {
    long begun = System.nanoTime();
    List<RgbImage> pages = List.of();
    ErrorCode error = null;
    try {
      pages = decoder.pages(file, 512, () -> false);
    } catch (IntakeException e) {
      error = e.code();
    }
    return new Outcome(pages, error, (System.nanoTime() - begun) / 1e9);
  }

  private static Optional<String> difference(BadInputs.Case item, Outcome outcome) {
    boolean expected =
        outcome.seconds < item.limit().toMillis() / 1e3
            && (item.outcomes().anyMatch(each -> matches(each, outcome))
                || (item.id().equals(BEYOND_THE_HEAP) && outcome.error == ErrorCode.LIMIT));
    return expected ? Optional.empty() : Optional.of(item + ": " + outcome);
  }

  private static boolean matches(JsonNode expected, Outcome outcome) {
    if (expected.path("any").booleanValue()) {
      return true;
    }
    if (outcome.error != null) {
      // Clients are told one code for what is empty and what is damaged.
      String label = outcome.error.label();
      String wanted = expected.path("error").asText();
      return label.equals(wanted) || (label.equals("corrupt") && wanted.equals("empty"));
    }
    return expected.path("ok").booleanValue()
        && expected.path("pages").asInt(outcome.pages.size()) == outcome.pages.size()
        && (!expected.path("landscape").booleanValue()
            || outcome.pages.getFirst().width() > outcome.pages.getFirst().height())
        && coloursMatch(expected, outcome.pages);
  }

  /// Points as `[page, x, y, red, green, blue]`, x and y as fractions of the page.
  private static boolean coloursMatch(JsonNode expected, List<RgbImage> pages) {
    for (JsonNode point : expected.path("rgb_frac")) {
      RgbImage page = pages.get(point.get(0).intValue() - 1);
      int x = (int) (point.get(1).doubleValue() * page.width());
      int y = (int) (point.get(2).doubleValue() * page.height());
      for (int c = 0; c < 3; c++) {
        int found = page.rgb()[(y * page.width() + x) * 3 + c] & 255;
        if (Math.abs(found - point.get(3 + c).intValue()) > expected.get("tol").intValue()) {
          return false;
        }
      }
    }
    return true;
  }
}
