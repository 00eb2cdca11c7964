package io.smolvlm.app.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// A silent connection is closed after its time, but never under somebody who waits for an answer.
class IdleConnectionsTest {
  private static final long ANSWER_MILLIS = 2500;
  private static final int IDLE_SECONDS = 1;

  @Test
  void anAnswerMayTakeLongerThanSilenceMay() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      Router router = Router.router(vertx);
      router
          .get("/slow")
          .handler(routing -> {
            IdleConnections.suspend(routing, Client.watch(routing));
            vertx.setTimer(ANSWER_MILLIS, _ -> routing.response().end("done"));
          });
      HttpServer server =
          vertx
              .createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
              .requestHandler(router)
              .listen(0, "127.0.0.1")
              .toCompletionStage()
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS);
      try (var socket = new Socket("127.0.0.1", server.actualPort())) {
        socket.setSoTimeout(30_000);
        for (int i = 0; i < 2; i++) {
          assertEquals("done", ask(socket));
        }
        long answered = System.nanoTime();
        assertEquals(-1, socket.getInputStream().read(), "closed when silent again");
        assertTrue(System.nanoTime() - answered > 500_000_000L, "closed at once");
      }
    } finally {
      vertx.close();
    }
  }

  private static String ask(Socket socket) throws IOException {
    socket
        .getOutputStream()
        .write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    InputStream in = socket.getInputStream();
    var head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int next = in.read();
      assertTrue(next >= 0, "cut off after: " + head);
      head.append((char) next);
    }
    return new String(in.readNBytes(4), StandardCharsets.US_ASCII);
  }
}
