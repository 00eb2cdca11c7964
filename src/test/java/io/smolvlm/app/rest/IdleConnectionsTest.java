package io.smolvlm.app.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A silent connection is closed after its time, but never under somebody who waits for an answer.
@QuarkusTest
@TestProfile(IdleConnectionsTest.OneSecond.class)
class IdleConnectionsTest {
  public static final class OneSecond implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("quarkus.http.idle-timeout", "1S");
    }
  }

  @Test
  void anAnswerMayTakeLongerThanSilenceMay() throws Exception {
    Service.awaitReady();
    byte[] body =
        Service.question(
                "scene.png", "Describe this image.", ",\"ignore_eos\":true,\"max_tokens\":2500")
            .getBytes(StandardCharsets.UTF_8);
    URI uri = Service.uri("/v1/chat/completions");
    try (var socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.setSoTimeout(60_000);
      String head =
          "POST "
              + uri.getPath()
              + " HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\nContent-Length: "
              + body.length
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(body);
      socket.getOutputStream().flush();
      long asked = System.nanoTime();
      InputStream in = socket.getInputStream();
      String first = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
      long answered = System.nanoTime();
      assertEquals("HTTP/1.1 200", first);
      assertTrue(answered - asked > 1_500_000_000L, "too quick an answer to show anything");
      in.readAllBytes(); // until the service closes the connection, now that it is silent
      long closed = System.nanoTime();
      assertTrue(closed - answered < 20_000_000_000L, "the silent connection stays open");
    }
  }
}
