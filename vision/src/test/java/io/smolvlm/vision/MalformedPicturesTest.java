package io.smolvlm.vision;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.tensor.BadInputs;
import io.smolvlm.tensor.SmolVlmException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every case of the image manifest: the right picture or a typed error, in time and in memory.
class MalformedPicturesTest {
  private static final Set<String> KNOWN_EXPECTATIONS =
      Set.of("ok", "any", "error", "width", "height", "rgb_at", "tol");

  @TempDir Path scratch;

  static java.util.List<BadInputs.Case> cases() {
    return BadInputs.cases("image");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void endsAsExpected(BadInputs.Case item) throws Exception {
    Path file = item.materialize(scratch);
    byte[] bytes = Files.readAllBytes(file);
    Outcome outcome =
        assertTimeoutPreemptively(item.limit(), () -> read(bytes, file.getFileName().toString()));
    assertTrue(
        item.outcomes().anyMatch(expected -> matches(expected, outcome)),
        () -> item + "\nexpected " + item.expect() + "\ngot " + outcome);
    assertTrue(
        outcome.allocated < item.heapLimitBytes(),
        () -> item + ": " + outcome.allocated + " bytes, allowed " + item.heapLimitBytes());
  }

  /// @param allocated bytes on the heap in all, which is more than was ever live
  private record Outcome(
      @Nullable RgbImage image, @Nullable SmolVlmException error, long allocated) {
    @Override
    public String toString() {
      return error != null ? error.code() + ": " + error.getMessage() : "" + image;
    }
  }

  private static Outcome read(byte[] bytes, String name) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    RgbImage image = null;
    SmolVlmException error = null;
    try {
      image = new ImageReader().read(bytes, name);
    } catch (SmolVlmException e) {
      error = e;
      assertTrue(e.getMessage().startsWith(name + ": "), e.getMessage());
      assertTrue(!e.getMessage().contains("Exception"), e.getMessage());
    }
    return new Outcome(image, error, threads.getCurrentThreadAllocatedBytes() - before);
  }

  private static boolean matches(JsonNode expected, Outcome outcome) {
    for (var field : expected.properties()) {
      if (!KNOWN_EXPECTATIONS.contains(field.getKey())) {
        fail("an expectation this test does not know: " + field.getKey());
      }
    }
    if (expected.path("any").booleanValue()) {
      return true;
    }
    if (expected.has("error")) {
      return outcome.error != null
          && outcome.error.code().label().equals(expected.get("error").textValue());
    }
    RgbImage image = outcome.image;
    if (image == null
        || expected.path("width").asInt(image.width()) != image.width()
        || expected.path("height").asInt(image.height()) != image.height()) {
      return false;
    }
    for (JsonNode point : expected.path("rgb_at")) {
      int at = (point.get(1).intValue() * image.width() + point.get(0).intValue()) * 3;
      for (int c = 0; c < 3; c++) {
        int difference = (image.rgb()[at + c] & 0xff) - point.get(2 + c).intValue();
        if (Math.abs(difference) > expected.get("tol").intValue()) {
          return false;
        }
      }
    }
    return true;
  }
}
