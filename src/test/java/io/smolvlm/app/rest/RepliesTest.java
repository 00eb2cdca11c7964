package io.smolvlm.app.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// How streams end, over a server that holds nothing else.
class RepliesTest {
  private static final ApiException LATE = new ApiException(ApiError.TIMEOUT, null, "Too late.");

  private final Clients clients = new Clients();

  @Test
  void brokenStreamTellsItsErrorAndIsCut() throws Exception {
    String answer =
        answer(out -> {
          out.data(Map.of("n", 1));
          throw LATE;
        });
    JsonNode error =
        Service.JSON.readTree(answer.substring(answer.lastIndexOf("data: ") + 6)).get("error");
    assertEquals("timeout", error.get("code").textValue(), answer);
    assertEquals(4, error.size());
    assertTrue(answer.contains("data: {\"n\":1}\n\n"), answer);
    // The chunk of length 0 would say that the answer is whole.
    assertFalse(answer.endsWith("\r\n0\r\n\r\n"), answer);
    assertTrue(clients.awaitNone(Duration.ofSeconds(5)));
  }

  @Test
  void wholeStreamEndsAsOne() throws Exception {
    String answer =
        answer(out -> {
          out.keepAlive();
          out.data(Map.of("n", 1));
          out.done();
        });
    assertTrue(answer.endsWith("data: [DONE]\n\n\r\n0\r\n\r\n"), answer);
    assertTrue(answer.contains(": keep-alive\n\n"), answer);
    assertTrue(clients.awaitNone(Duration.ofSeconds(5)));
  }

  private String answer(java.util.function.Consumer<EventStream> writer) throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      Router router = Router.router(vertx);
      router
          .route()
          .handler(routing -> {
            clients.watch(routing);
            Thread.ofVirtual()
                .start(() ->
                    Replies.stream(
                        routing, EventStream.events(routing, Duration.ofSeconds(5)), writer));
          });
      HttpServer server =
          vertx
              .createHttpServer()
              .requestHandler(router)
              .listen(0, "127.0.0.1")
              .toCompletionStage()
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
      try (var socket = new Socket("127.0.0.1", server.actualPort())) {
        socket
            .getOutputStream()
            .write(
                "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        socket.setSoTimeout(10_000);
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }
}
