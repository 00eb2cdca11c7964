package io.smolvlm.app.rest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.smolvlm.models.engine.EngineStatus;
import jakarta.inject.Inject;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Clients that go before their answer is complete.
@QuarkusTest
class DepartureTest {
  @Inject ModelHost host;

  @Test
  void workEndsWhenItsClientGoes() throws Exception {
    Service.awaitReady();
    for (String stream : new String[] {"false", "true"}) {
      for (int millis : new int[] {0, 50, 200, 800, 2000}) {
        leaveAfter(millis, stream);
      }
    }
  }

  private void leaveAfter(int millis, String stream) throws Exception {
    // As many tokens as the context holds: nobody would wait for their end here.
    byte[] body =
        Service.question(
                "scene.png",
                "Describe this image.",
                ",\"ignore_eos\":true,\"max_tokens\":3500,\"stream\":" + stream)
            .getBytes(StandardCharsets.UTF_8);
    URI uri = Service.uri("/v1/chat/completions");
    try (var socket = new Socket(uri.getHost(), uri.getPort())) {
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
      Thread.sleep(millis);
    }
    // It may still be on its way in.
    Thread.sleep(500);
    long end = System.nanoTime() + 15_000_000_000L;
    while (busy()) {
      assertTrue(System.nanoTime() < end, "still at work, stream " + stream + ", " + millis);
      Thread.sleep(20);
    }
  }

  private boolean busy() {
    EngineStatus status = host.model().model().engine().status();
    return status.running() + status.waiting() > 0;
  }
}
