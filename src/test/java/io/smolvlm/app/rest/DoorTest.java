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
import java.util.List;
import java.util.Locale;
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
  @ValueSource(strings = {CHAT, "/v1/captions", "/v1/responses", "/v1/completions"})
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

  private static void send(Socket socket, String path, int length, String body) throws IOException {
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(path, length);
    socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
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
