package io.smolvlm.app.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The check of keys and the log in front of a router that answers everything with 200, over real
/// connections. Without the rest of the service: a second one in the process of the tests could
/// load no model, since the tokenizer's native library belongs to one class loader.
class AccessTest {
  private static final ApiKeyFile.NewKey KEY = ApiKeyFile.create("tester", new SecureRandom());

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private HttpServer server;

  private AccessCheck check;

  @BeforeEach
  void start() throws Exception {
    Path file = Files.writeString(folder.resolve("keys"), KEY.line() + "\n");
    check =
        new AccessCheck(
            Optional.of(new ApiKeys(file, Duration.ofHours(1))),
            new OpenPaths(false, false, false));
    Router router = Router.router(vertx);
    router.route().handler(RequestLog::begin);
    router.route().handler(check::check);
    router.route().handler(routing -> routing.response().end(Caller.of(routing)));
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
  }

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /// The whole answer to a request of these lines, which asks for the connection to be closed.
  private String ask(String line, String... headers) throws IOException {
    return send(line + " HTTP/1.1", "", headers);
  }

  private String send(String line, String body, String... headers) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.actualPort())) {
      socket.setSoTimeout(30_000);
      String head =
          line
              + "\r\nHost: x\r\nConnection: close\r\n"
              + String.join("", Arrays.stream(headers).map(h -> h + "\r\n").toList())
              + "\r\n"
              + body;
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static int status(String answer) {
    return Integer.parseInt(answer.substring(9, 12));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/models",
        "/v1/chat/completions",
        "/nothing/here",
        "/metrics",
        "/openapi",
        "/health/x",
        "/",
        "//health/live/x",
        "/health/live/",
        "/health/live;x",
        "/health/live%2f..%2f..%2fv1%2fmodels",
        "/v1/../v1/models",
        "/health/live/../../v1/models",
        "/health/live/%2e%2e/%2e%2e/v1/models"
      })
  void everyOtherAddressAsksForAKey(String path) throws IOException {
    String answer = ask("GET " + path);
    assertEquals(401, status(answer), answer);
    String head = answer.toLowerCase(java.util.Locale.ROOT);
    assertTrue(head.contains("\r\nwww-authenticate: bearer\r\n"), answer);
    assertTrue(head.contains("\r\nx-request-id: req_"), answer);
    JsonNode error =
        JsonMapper.builder()
            .build()
            .readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4))
            .get("error");
    assertEquals("invalid_api_key", error.get("code").textValue());
    assertEquals("authentication_error", error.get("type").textValue());
    assertTrue(error.get("param").isNull());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/live", "/health/ready", "/v1/../health/live"})
  void healthIsOpen(String path) throws IOException {
    assertEquals(200, status(ask("GET " + path)));
  }

  @ParameterizedTest
  @CsvSource({
    "Authorization, 'Bearer ', 200",
    "authorization, 'bearer ', 200",
    "api-key, '', 200",
    "X-Api-Key, '', 200",
    "Authorization, 'Basic ', 401",
    "Authorization, 'Bearer x', 401",
    "Cookie, 'key=', 401"
  })
  void keyIsTakenFromThreeHeaders(String header, String before, int status) throws IOException {
    String answer = ask("GET /v1/models", header + ": " + before + KEY.key());
    assertEquals(status, status(answer));
    assertEquals(status == 200, answer.endsWith("\r\n\r\ntester"), "the name of the key");
  }

  /// Who is refused for want of room is asked for the key first, or others could tell how much
  /// there is to do.
  @Test
  void whoseRequestItIsCanBeToldFromItsHeaders() {
    Map<String, String> headers = new HashMap<>();
    assertEquals(Optional.empty(), check.nameOf(headers::get));
    headers.put("Authorization", "Bearer x");
    assertEquals(Optional.empty(), check.nameOf(headers::get));
    headers.put("Authorization", "Bearer " + KEY.key());
    assertEquals(Optional.of("tester"), check.nameOf(headers::get));
    var open = new AccessCheck(Optional.empty(), new OpenPaths(false, false, false));
    assertEquals(Optional.of(Caller.ANYBODY), open.nameOf(_ -> null));
  }

  @Test
  void keyInTheAddressIsNone() throws IOException {
    assertEquals(401, status(ask("GET /v1/models?api-key=" + KEY.key())));
  }

  /// The head alone is answered, and the connection closed: a caller without a key cannot make the
  /// service read.
  @Test
  void answerComesBeforeTheBody() throws IOException {
    String answer = ask("POST /v1/chat/completions", "Content-Length: 30000000");
    assertEquals(401, status(answer));
  }

  /// One line a request, and nothing in any line that a client wrote.
  @Test
  void logNamesTheKeyAndHoldsNoContent() throws Exception {
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    Handler handler = new Lines(lines);
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    try {
      for (String path : List.of("/v1/chat/completions", "/canary-PATH")) {
        send(
            "POST " + path + "?q=canary-QUERY HTTP/1.1",
            "canary-BODY",
            "Content-Length: 11",
            "Authorization: Bearer " + KEY.key(),
            "X-Request-Id: my-id",
            "X-Other: canary-HEADER");
      }
      ask("GET /v1/models", "api-key: canary-WRONG", "X-Request-Id: canary\tid");
      long until = System.nanoTime() + 5_000_000_000L;
      while (lines.stream().filter(l -> l.contains(" key=")).count() < 3
          && System.nanoTime() < until) {
        Thread.sleep(20);
      }
    } finally {
      root.removeHandler(handler);
    }
    List<String> requests = lines.stream().filter(l -> l.contains(" key=")).toList();
    assertEquals(3, requests.size(), lines.toString());
    assertTrue(
        requests.get(0).contains("request my-id key=tester POST /v1/chat/completions status=200"),
        requests.get(0));
    assertTrue(requests.get(1).contains("request my-id key=tester POST other status=200"));
    assertTrue(requests.get(2).contains("key=anybody GET /v1/models status=401"));
    for (String line : lines) {
      assertFalse(line.contains("canary") || line.contains(KEY.key().substring(3)), line);
    }
  }

  private static final class Lines extends Handler {
    private final List<String> lines;

    Lines(List<String> lines) {
      this.lines = lines;
    }

    @Override
    public void publish(LogRecord line) {
      lines.add(
          line.getLoggerName()
              + " "
              + line.getMessage()
              + Arrays.toString(line.getParameters())
              + line.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
