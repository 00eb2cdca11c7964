package io.smolvlm.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies of all sizes, with and without a length told beforehand, over HTTP/1.1 and HTTP/2. The
/// JDK's client opens an HTTP/2 connection in plain text with a request that already carries its
/// body (`Upgrade: h2c`), which servers have been known to drop; LangChain4j and Spring AI do so.
@ExtendWith(PackagedService.class)
class TransportIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MEGABYTE = 1_000_000;

  private final URI chat;

  TransportIT(URI service) {
    chat = service.resolve("/v1/chat/completions");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        100,
        1_000,
        8_191,
        8_192,
        8_193,
        65_535,
        65_536,
        65_537,
        MEGABYTE,
        5 * MEGABYTE,
        20 * MEGABYTE
      })
  void bodyArrivesWhole(int size) throws Exception {
    byte[] body = padded(size);
    for (HttpClient.Version version : HttpClient.Version.values()) {
      for (boolean chunked : new boolean[] {false, true}) {
        // A new client is a new connection, and so a new upgrade with this body.
        try (HttpClient http = HttpClient.newBuilder().version(version).build()) {
          String what = version + (chunked ? " chunked" : " fixed");
          HttpResponse<String> first = http.send(request(body, chunked), text());
          assertEquals(200, first.statusCode(), what + first.body());
          assertEquals(version, first.version(), what);
          HttpResponse<String> second = http.send(request(body, chunked), text());
          assertEquals(200, second.statusCode(), what + second.body());
          assertEquals(answer(first), answer(second), what);
        }
      }
    }
  }

  /// The length of a picture counts, not only that of spaces: 20 MB of PNG are 27 MB of base64 in
  /// one JSON string.
  @Test
  void pictureOf20MegabytesIsAnswered() throws Exception {
    String picture = Base64.getEncoder().encodeToString(grown("heart.png", 20 * MEGABYTE));
    String body =
        """
        {"messages": [{"role": "user", "content": [
          {"type": "image_url", "image_url": {"url": "data:image/png;base64,%s"}},
          {"type": "text", "text": "Which color is the heart?"}]}], "temperature": 0}
        """
            .formatted(picture);
    for (HttpClient.Version version : HttpClient.Version.values()) {
      try (HttpClient http = HttpClient.newBuilder().version(version).build()) {
        HttpResponse<String> response =
            http.send(request(body.getBytes(StandardCharsets.US_ASCII), true), text());
        assertEquals(200, response.statusCode(), response.body());
        assertEquals(Samples.answer("heart.png", "Which color is the heart?"), answer(response));
      }
    }
  }

  @Test
  void bodyBeyondTheLimitIsRefusedWithTheLimit() throws Exception {
    byte[] body = padded((32 << 20) + 1);
    for (HttpClient.Version version : HttpClient.Version.values()) {
      for (boolean chunked : new boolean[] {false, true}) {
        try (HttpClient http = HttpClient.newBuilder().version(version).build()) {
          HttpResponse<String> response = http.send(request(body, chunked), text());
          assertEquals(413, response.statusCode(), version + " " + chunked);
          JsonNode error = JSON.readTree(response.body()).get("error");
          assertEquals("request_too_large", error.get("code").asText());
          assertTrue(error.get("message").asText().matches(".*(32 MiB|33554432).*"));
        }
      }
    }
  }

  /// Accept never decides: `stream` does.
  @Test
  void acceptHeaderIsNoReasonToRefuse() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (String accept : new String[] {"*/*", "application/json", "text/event-stream", "x/y"}) {
        HttpRequest request =
            HttpRequest.newBuilder(chat)
                .header("Content-Type", "application/json")
                .header("Accept", accept)
                .POST(HttpRequest.BodyPublishers.ofByteArray(padded(100)))
                .build();
        HttpResponse<String> response = http.send(request, text());
        assertEquals(200, response.statusCode(), accept);
        assertEquals("chat.completion", JSON.readTree(response.body()).get("object").asText());
      }
    }
  }

  private HttpRequest request(byte[] body, boolean chunked) {
    HttpRequest.BodyPublisher publisher =
        chunked
            ? HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
            : HttpRequest.BodyPublishers.ofByteArray(body);
    return HttpRequest.newBuilder(chat)
        .header("Content-Type", "application/json")
        .POST(publisher)
        .build();
  }

  private static HttpResponse.BodyHandler<String> text() {
    return HttpResponse.BodyHandlers.ofString();
  }

  private static String answer(HttpResponse<String> response) throws IOException {
    JsonNode choice = JSON.readTree(response.body()).get("choices").get(0);
    return choice.get("message").get("content").asText();
  }

  /// A short question, filled with spaces to `size` bytes; its end counts.
  private static byte[] padded(int size) {
    byte[] start =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],"
            .getBytes(StandardCharsets.US_ASCII);
    byte[] end = "\"max_tokens\":4,\"temperature\":0}".getBytes(StandardCharsets.US_ASCII);
    byte[] body = new byte[size];
    Arrays.fill(body, (byte) ' ');
    System.arraycopy(start, 0, body, 0, start.length);
    System.arraycopy(end, 0, body, size - end.length, end.length);
    return body;
  }

  /// The picture with a private chunk before its end, which readers skip, so that it has `size`
  /// bytes.
  private static byte[] grown(String name, int size) throws IOException {
    byte[] picture = Samples.picture(name);
    int end = picture.length - 12; // IEND: length, type, checksum
    byte[] chunk = new byte[4 + size - picture.length - 12];
    System.arraycopy("smVl".getBytes(StandardCharsets.US_ASCII), 0, chunk, 0, 4);
    var checksum = new CRC32();
    checksum.update(chunk);
    var bytes = new ByteArrayOutputStream(size);
    var out = new DataOutputStream(bytes);
    out.write(picture, 0, end);
    out.writeInt(chunk.length - 4);
    out.write(chunk);
    out.writeInt((int) checksum.getValue());
    out.write(picture, end, 12);
    return bytes.toByteArray();
  }
}
