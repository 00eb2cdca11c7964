package io.smolvlm.app.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Requests that reach no route, and what every refusal has.
@QuarkusTest
class RefusalsTest {
  @BeforeEach
  void ready() throws Exception {
    Service.awaitReady();
  }

  @Test
  void unknownRouteIsNotFound() throws Exception {
    for (String path : new String[] {"/nothing", "/v1/nothing", "/v1/chat", "/v1/embeddings"}) {
      assertRefused(Service.get(path), 404, "not_found");
      assertRefused(Service.post(path, "{}"), 404, "not_found");
    }
  }

  @Test
  void otherMethodIsNotAllowed() throws Exception {
    assertRefused(Service.get("/v1/chat/completions"), 405, "method_not_allowed");
    assertRefused(Service.post("/v1/models", "{}"), 405, "method_not_allowed");
  }

  @Test
  void otherModelIsNotFound() throws Exception {
    assertRefused(Service.get("/v1/models/other"), 404, "model_not_found");
    assertRefused(
        Service.post(
            "/v1/chat/completions",
            "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
        404,
        "model_not_found");
  }

  @Test
  void refusalIsNeverOfAnotherType() throws Exception {
    HttpResponse<String> response =
        Service.send(
            HttpRequest.newBuilder(Service.uri("/v1/models/other"))
                .header("Accept", "text/html")
                .build());
    assertRefused(response, 404, "model_not_found");
  }

  @Test
  void acceptIsNeverAReasonToRefuse() throws Exception {
    for (String accept : new String[] {"text/event-stream", "text/html", "application/xml"}) {
      HttpResponse<String> response =
          Service.send(
              HttpRequest.newBuilder(Service.uri("/v1/models")).header("Accept", accept).build());
      assertEquals(200, response.statusCode(), accept);
    }
  }

  @Test
  void bodyOverTheCapStatesIt() throws Exception {
    byte[] block = new byte[1 << 20];
    Arrays.fill(block, (byte) ' ');
    // Chunked, so that the length is not known before.
    HttpRequest.BodyPublisher body =
        HttpRequest.BodyPublishers.ofInputStream(() ->
            new java.io.SequenceInputStream(
                java.util.Collections.enumeration(
                    java.util.stream.IntStream.range(0, 34)
                        .mapToObj(i -> new ByteArrayInputStream(block))
                        .toList())));
    HttpResponse<String> response;
    try {
      response =
          Service.send(
              HttpRequest.newBuilder(Service.uri("/v1/chat/completions"))
                  .header("Content-Type", "application/json")
                  .POST(body)
                  .build());
    } catch (java.io.IOException e) {
      return; // cut while still sending, which is as good
    }
    JsonNode error = assertRefused(response, 413, "request_too_large");
    assertTrue(error.get("message").textValue().contains("33554432"), error.toString());
  }

  @Test
  void requestIdIsTheClientsOrOurs() throws Exception {
    HttpResponse<String> given =
        Service.send(
            HttpRequest.newBuilder(Service.uri("/v1/models"))
                .header("X-Request-Id", "abc-1")
                .build());
    assertEquals("abc-1", given.headers().firstValue("x-request-id").orElse(""));
    String ours = Service.get("/nothing").headers().firstValue("x-request-id").orElse("");
    assertTrue(ours.startsWith("req_"), ours);
  }

  @Test
  void pictureOf20MegabytesPasses() throws Exception {
    // A valid picture in front: what stands behind it does not matter to the reader of JSON.
    String base64 = "A".repeat(26 << 20);
    HttpResponse<String> response =
        Service.post(
            "/v1/chat/completions",
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":\"data:image/png;base64,"
                + base64
                + "\"}]}]}");
    // Read whole and found to be no picture, not refused for its length as text.
    JsonNode error = Service.JSON.readTree(response.body()).get("error");
    assertEquals(400, response.statusCode(), response.body());
    assertTrue(
        error.get("code").textValue().equals("unsupported_image")
            || error.get("code").textValue().equals("invalid_image"),
        error.toString());
  }

  private static JsonNode assertRefused(HttpResponse<String> response, int status, String code)
      throws Exception {
    assertEquals(status, response.statusCode(), response.body());
    assertTrue(
        response.headers().firstValue("content-type").orElse("").startsWith("application/json"));
    JsonNode error = Service.JSON.readTree(response.body()).get("error");
    assertEquals(code, error.get("code").textValue());
    assertTrue(error.has("param") && error.has("message") && error.has("type"));
    return error;
  }
}
