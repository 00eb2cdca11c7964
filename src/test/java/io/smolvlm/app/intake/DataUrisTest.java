package io.smolvlm.app.intake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.app.intake.IntakeException.Reason;
import io.smolvlm.tensor.BadInputs;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.document.DocumentLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataUrisTest {
  private static final ImageLimits LIMITS = ImageLimits.DEFAULT;

  /// Every case of the reference whose picture stands in the request.
  @TestFactory
  Stream<DynamicTest> everyCaseOfTheReference() {
    List<BadInputs.Case> cases = new ArrayList<>();
    for (BadInputs.Case c : BadInputs.cases("api")) {
      boolean picture =
          c.id().startsWith("api/img-")
              || c.id().startsWith("api/ok-image")
              || c.id().equals("api/ok-mime-lies");
      if (picture && !c.id().startsWith("api/img-ssrf-")) {
        cases.add(c);
      }
    }
    assertTrue(cases.size() >= 20, cases.size() + " cases");
    return cases.stream().map(c -> DynamicTest.dynamicTest(c.id(), () -> endsAsExpected(c)));
  }

  private static void endsAsExpected(BadInputs.Case c) throws IOException {
    JsonNode body =
        JsonMapper.builder()
            .build()
            .readTree(Files.readString(BadInputs.root().resolve(c.node().get("file").textValue())));
    JsonNode image = body.findValue("image_url");
    String url = image.isTextual() ? image.textValue() : image.path("url").textValue();
    String outcome;
    try (var intake =
        new PictureIntake(
            LIMITS,
            DocumentLimits.DEFAULT,
            new InProcessDecoder(LIMITS, DocumentLimits.DEFAULT),
            Optional.empty(),
            4)) {
      Picture picture = intake.read(PictureSource.of(url));
      assertEquals(0, picture.fetchMillis());
      outcome = "ok";
    } catch (IntakeException e) {
      outcome = e.reason().code();
      assertFalse(String.valueOf(e.getMessage()).contains("Exception"), e.getMessage());
    }
    List<String> allowed = new ArrayList<>();
    c.outcomes()
        .forEach(node ->
            allowed.add(node.get("status").asInt() == 200 ? "ok" : node.get("code").textValue()));
    if (c.id().equals("api/img-bad-padding") && url.length() % 4 == url.indexOf(',') % 4 + 1) {
      // For this seed the case is not what it says: a character in the place of the one that pads
      // gives whole base64 of the picture and one byte more, which is a good picture.
      allowed.add("ok");
    }
    assertTrue(allowed.contains(outcome), outcome + " is none of " + allowed);
  }

  private static byte[] bytes(String uri, ImageLimits limits) {
    return DataUris.bytes(uri, limits.maxBytes(), () -> Refusals.tooLarge(limits));
  }

  @Test
  void bytesComeBackWhateverTheirLength() {
    Random random = new Random(3);
    for (int length = 0; length < 50; length++) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      String uri = "data:;base64," + Base64.getEncoder().encodeToString(bytes);
      assertArrayEquals(bytes, bytes(uri, LIMITS));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data:",
        "data:,",
        "data:image/png,AAAA",
        "data:image/png;base64",
        "data:;base64,AAA",
        "data:;base64,A===",
        "data:;base64,AA=A",
        "data:;base64,=AAA",
        "data:;base64,====",
        "data:;base64,AA==AAAA",
        "data:;base64,AB==",
        "data:;base64,AAB=",
        "data:;base64,AA A",
        "data:;base64,AAAA\n",
        "data:;base64,AA-_",
        "data:;base64,AAA\u00e9",
        "data:;base64;,AAAA",
        "data;base64,AAAA"
      })
  void otherTextsAreRefused(String uri) {
    assertEquals(
        Reason.INVALID_BASE64,
        assertThrows(IntakeException.class, () -> bytes(uri, LIMITS)).reason());
  }

  @Test
  void sizeIsKnownBeforeAnythingIsDecoded() {
    var small = new ImageLimits(300, 100, 100, 100, 1, 1);
    String fits = Base64.getEncoder().encodeToString(new byte[300]);
    assertEquals(300, bytes("data:;base64," + fits, small).length);
    // No base64 at all, but its length is that of 303 bytes.
    String longer = "!".repeat(404);
    IntakeException e =
        assertThrows(IntakeException.class, () -> bytes("data:;base64," + longer, small));
    assertEquals(Reason.IMAGE_TOO_LARGE, e.reason());
    assertTrue(String.valueOf(e.getMessage()).contains("300 bytes"), e.getMessage());
  }

  @Test
  void uploadsAreHeldToTheSameCaps() throws IOException {
    byte[] picture = RecordedNetwork.picture();
    var tight = new ImageLimits(picture.length, 20, 30_000, 1 << 20, 1, 1); // 5 x 4 pixels are 20
    var tighter = new ImageLimits(picture.length - 1, 20, 30_000, 1 << 20, 1, 1);
    var narrow = new ImageLimits(picture.length, 19, 30_000, 1 << 20, 1, 1);
    assertEquals(5, read(tight, picture).width());
    for (ImageLimits limits : List.of(tighter, narrow)) {
      assertEquals(
          Reason.IMAGE_TOO_LARGE,
          assertThrows(IntakeException.class, () -> read(limits, picture)).reason());
    }
    assertEquals(
        Reason.INVALID_IMAGE,
        assertThrows(IntakeException.class, () -> read(tight, new byte[0])).reason());
  }

  private static io.smolvlm.vision.RgbImage read(ImageLimits limits, byte[] file) {
    try (var intake =
        new PictureIntake(
            limits,
            DocumentLimits.DEFAULT,
            new InProcessDecoder(limits, DocumentLimits.DEFAULT),
            Optional.empty(),
            4)) {
      return intake.read(new PictureSource.Bytes(file)).image();
    }
  }

  @Test
  void onePictureOfSeveralFailsAlone() throws IOException {
    var good = new PictureSource.Bytes(RecordedNetwork.picture());
    var bad = new PictureSource.Bytes("<svg/>".getBytes(StandardCharsets.UTF_8));
    try (var intake =
        new PictureIntake(
            LIMITS,
            DocumentLimits.DEFAULT,
            new InProcessDecoder(LIMITS, DocumentLimits.DEFAULT),
            Optional.empty(),
            2)) {
      List<Reading> readings = intake.readAll(List.of(good, bad, good, good), () -> false);
      assertEquals(4, readings.size());
      assertEquals(5, readings.get(0).picture().image().width());
      assertEquals(
          Reason.UNSUPPORTED_IMAGE,
          assertThrows(IntakeException.class, readings.get(1)::picture).reason());
      assertEquals(5, readings.get(3).picture().image().width());
      assertEquals(
          Reason.ABANDONED,
          assertThrows(IntakeException.class, () -> intake.read(good, () -> true)).reason());
    }
  }
}
