package io.smolvlm.app.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.smolvlm.app.access.Caller;
import io.smolvlm.models.engine.Engine;
import io.smolvlm.models.engine.OverloadedException;
import jakarta.inject.Inject;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What those hear who come when nobody more can wait.
@QuarkusTest
class DoorTest {
  private static final String CHAT = "/v1/chat/completions";

  @Inject ModelHost host;

  private record Heard(int status, String head, String body) {}

  private List<Engine.Place> takeAll() {
    Engine engine = host.model().model().engine();
    List<Engine.Place> places = new ArrayList<>();
    while (true) {
      try {
        places.add(engine.enter(Caller.ANYBODY));
      } catch (OverloadedException e) {
        return places;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {CHAT, "/v1/captions", "/v1/responses", "/v1/completions", "/v1/documents/pages"})
  void refusesBeforeTheBodyIsRead(String path) throws Exception {
    Service.awaitReady();
    List<Engine.Place> places = takeAll();
    try (var socket = connected()) {
      // Of the body nothing is ever sent: who waited for it would not answer.
      send(socket, path, 100_000, "");
      Heard heard = read(socket.getInputStream());
      assertEquals(503, heard.status());
      assertTrue(heard.head().contains("\nretry-after: "), heard.head());
      assertEquals("overloaded", Service.JSON.readTree(heard.body()).at("/error/code").textValue());
    } finally {
      places.forEach(Engine.Place::close);
    }
  }

  @Test
  void theConnectionIsGoodForTheNextRequest() throws Exception {
    Service.awaitReady();
    String body = Service.question("scene.png", "Describe this image.", ",\"max_tokens\":2");
    String long_ = body + " ".repeat(300_000);
    List<Engine.Place> places = takeAll();
    try (var socket = connected()) {
      var in = new BufferedInputStream(socket.getInputStream());
      for (int i = 0; i < 3; i++) {
        send(socket, CHAT, long_.length(), long_);
        assertEquals(503, read(in).status());
      }
      places.forEach(Engine.Place::close);
      send(socket, CHAT, body.length(), body);
      assertEquals(200, read(in).status());
    } finally {
      places.forEach(Engine.Place::close);
    }
  }

  /// The first on a connection is refused by the server, the others in front of it: nobody can
  /// tell.
  @Test
  void everyRefusalOfAConnectionIsTheSameAndCounted() throws Exception {
    Service.awaitReady();
    List<Engine.Place> places = takeAll();
    try (var socket = connected()) {
      var in = new BufferedInputStream(socket.getInputStream());
      send(socket, CHAT, 3, "{ }", "X-Request-Id: mine");
      Heard first = read(in);
      double refused = sum("vllm:admission_rejections_total", "");
      double served = sum("http_server_requests_seconds_count", "status=\"503\",uri=\"" + CHAT);
      for (int i = 0; i < 5; i++) {
        send(socket, CHAT, 3, "{ }", "X-Request-Id: mine");
        Heard next = read(in);
        assertEquals(lines(first.head()), lines(next.head()));
        assertEquals(first.body(), next.body());
      }
      send(socket, CHAT, 3, "{ }", "X-Other: 1");
      assertTrue(read(in).head().contains("\nx-request-id: req_"), "one of ours");
      assertEquals(refused + 6, sum("vllm:admission_rejections_total", ""));
      assertEquals(
          served + 6, sum("http_server_requests_seconds_count", "status=\"503\",uri=\"" + CHAT));
    } finally {
      places.forEach(Engine.Place::close);
    }
  }

  /// Requests that are sent without waiting for the answers before them are answered in order, and
  /// what the door does not guard is served between refusals.
  @Test
  void answersComeInTheOrderOfRequests() throws Exception {
    Service.awaitReady();
    String tokens = "{\"prompt\":\"hello\"}";
    List<Engine.Place> places = takeAll();
    try (var socket = connected()) {
      var in = new BufferedInputStream(socket.getInputStream());
      for (int round = 0; round < 3; round++) {
        send(socket, CHAT, 3, "{ }");
        send(socket, "/tokenize", tokens.length(), tokens);
        send(socket, CHAT, 3, "{ }");
        send(socket, "/v1/none", 3, "{ }");
        send(socket, CHAT, 0, "");
        for (int status : new int[] {503, 200, 503, 404, 503}) {
          assertEquals(status, read(in).status(), "round " + round);
        }
      }
    } finally {
      places.forEach(Engine.Place::close);
    }
  }

  /// What may have to be closed, or wants to hear something before it sends its body, is left to
  /// the server.
  @ParameterizedTest
  @ValueSource(
      strings = {"Connection: close", "Transfer-Encoding: chunked", "Expect: 100-continue"})
  void aRequestOfAnotherKindIsRefusedToo(String header) throws Exception {
    Service.awaitReady();
    List<Engine.Place> places = takeAll();
    try (var socket = connected()) {
      var in = new BufferedInputStream(socket.getInputStream());
      send(socket, CHAT, 3, "{ }");
      assertEquals(503, read(in).status());
      String length = header.startsWith("Transfer") ? "X-Length: 3" : "Content-Length: 3";
      String head = "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\n";
      write(socket, head + length + "\r\n" + header + "\r\n\r\n");
      assertEquals(503, read(in).status());
    } finally {
      places.forEach(Engine.Place::close);
    }
  }

  private static double sum(String meter, String label) throws Exception {
    return Service.get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(meter) && line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static Set<String> lines(String head) {
    return new TreeSet<>(head.lines().toList());
  }

  @Test
  void whatAsksForNoAnswerIsServed() throws Exception {
    Service.awaitReady();
    List<Engine.Place> places = takeAll();
    try {
      assertEquals(200, Service.get("/v1/models").statusCode());
      assertEquals(200, Service.post("/tokenize", "{\"prompt\":\"hello\"}").statusCode());
      assertEquals(405, Service.get(CHAT).statusCode());
    } finally {
      places.forEach(Engine.Place::close);
    }
  }

  private static Socket connected() throws IOException {
    URI uri = Service.uri(CHAT);
    var socket = new Socket(uri.getHost(), uri.getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static void send(Socket socket, String path, int length, String body, String... headers)
      throws IOException {
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
            .formatted(path, length);
    String more = String.join("", Arrays.stream(headers).map(h -> h + "\r\n").toList());
    write(socket, head + more + "\r\n" + body);
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static Heard read(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the connection ended: " + head);
      }
      head.append((char) next);
    }
    String text = head.toString().toLowerCase(Locale.ROOT);
    int at = text.indexOf("content-length: ") + "content-length: ".length();
    int length = Integer.parseInt(text.substring(at, text.indexOf('\r', at)));
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    return new Heard(Integer.parseInt(text.substring(9, 12)), text, body);
  }
}
