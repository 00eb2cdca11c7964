package io.smolvlm.app.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.app.intake.IntakeException.Reason;
import io.smolvlm.tensor.BadInputs;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.document.DocumentLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every case of the reference about addresses in requests, at the level of the fetcher, under the
/// widest settings: http allowed, all hosts allowed. A recording resolver and recording connections
/// tell what would have gone out.
class SsrfTest {
  private static final String LIVE = "api/img-ssrf-live-";
  private static final Duration WHOLE = Duration.ofSeconds(10);

  @TestFactory
  Stream<DynamicTest> noHostAndNoFormOfAddressOpensASocket() {
    List<BadInputs.Case> cases = cases(id -> !id.startsWith(LIVE));
    assertTrue(cases.size() >= 80, "only " + cases.size() + " cases were read");
    return cases.stream().map(c -> DynamicTest.dynamicTest(c.id(), () -> blocked(c)));
  }

  @TestFactory
  Stream<DynamicTest> liveServersAreReachedWithinTheRules() {
    List<BadInputs.Case> cases = cases(id -> id.startsWith(LIVE));
    assertTrue(cases.size() >= 14, "only " + cases.size() + " cases were read");
    return cases.stream().map(c -> DynamicTest.dynamicTest(c.id(), () -> live(c)));
  }

  private static List<BadInputs.Case> cases(java.util.function.Predicate<String> which) {
    List<BadInputs.Case> cases = new ArrayList<>();
    for (BadInputs.Case c : BadInputs.cases("api")) {
      if (c.id().startsWith("api/img-ssrf-") && which.test(c.id())) {
        cases.add(c);
      }
    }
    return cases;
  }

  private static void blocked(BadInputs.Case c) throws IOException {
    try (RecordedNetwork network = RecordedNetwork.of(c.node().get("resolver"))) {
      String code = outcome(network, url(c));
      assertEquals("blocked_url", code, c.why());
      assertEquals(List.of(), network.connected(), "sockets");
      if (!c.node().has("resolver")) {
        assertEquals(List.of(), network.lookedUp(), "look-ups of what is refused by its form");
      }
    }
  }

  private static void live(BadInputs.Case c) throws IOException {
    JsonNode server = c.node().get("server");
    try (RecordedNetwork network = RecordedNetwork.live(server)) {
      long begun = System.nanoTime();
      String code = outcome(network, url(c));
      double seconds = (System.nanoTime() - begun) / 1e9;
      List<String> allowed = new ArrayList<>();
      allowed.add(code(c.expect()));
      c.node().path("accept").forEach(node -> allowed.add(code(node)));
      assertTrue(allowed.contains(code), code + " is none of " + allowed);
      assertTrue(seconds <= c.node().get("limits").get("seconds").asDouble(), seconds + " s");
      assertFalse(network.connected().contains("127.0.0.1"), "a socket to this machine");
      network.connected().forEach(address -> assertEquals(RecordedNetwork.PUBLIC, address));
      if (c.node().has("max_requests")) {
        assertTrue(network.requests().size() <= c.node().get("max_requests").asInt());
      }
      server
          .path("assert_no_request_headers")
          .forEach(header ->
              network
                  .requests()
                  .forEach(request ->
                      assertFalse(
                          request
                              .toLowerCase(java.util.Locale.ROOT)
                              .contains("\n" + header.textValue() + ":"),
                          request)));
    }
  }

  private static String code(JsonNode outcome) {
    return outcome.get("status").asInt() == 200 ? "ok" : outcome.get("code").textValue();
  }

  private static String url(BadInputs.Case c) throws IOException {
    JsonNode body =
        JsonMapper.builder()
            .build()
            .readTree(Files.readString(BadInputs.root().resolve(c.node().get("file").textValue())));
    String url = body.findValue("image_url").path("url").textValue();
    assertNotNull(url, c.id());
    return url;
  }

  /// The API's code for what becomes of an address.
  private static String outcome(RecordedNetwork network, String url) {
    ImageLimits limits = ImageLimits.DEFAULT;
    PictureSource source = PictureSource.of(url);
    assertEquals(PictureSource.Url.class, source.getClass());
    try (var intake =
        new PictureIntake(
            limits,
            DocumentLimits.DEFAULT,
            new InProcessDecoder(limits, DocumentLimits.DEFAULT),
            Optional.of(network.fetcher(WHOLE)),
            4)) {
      assertNotNull(intake.read(source).image());
      return "ok";
    } catch (IntakeException e) {
      return e.reason().code();
    }
  }

  @org.junit.jupiter.api.Test
  void addressesAreRefusedUnlessSwitchedOn() {
    try (var intake =
        new PictureIntake(
            ImageLimits.DEFAULT,
            DocumentLimits.DEFAULT,
            new InProcessDecoder(ImageLimits.DEFAULT, DocumentLimits.DEFAULT),
            Optional.empty(),
            4)) {
      var url = new PictureSource.Url("https://pictures.example.org/x.png");
      assertEquals(
          Reason.BLOCKED_URL, assertThrows(IntakeException.class, () -> intake.read(url)).reason());
    }
  }
}
