package io.smolvlm.app.access;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(KeysProfile.class)
class AccessTest {
  @TestHTTPResource("/")
  URL service;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/models",
        "/v1/chat/completions",
        "/nothing/here",
        "/metrics",
        "/openapi",
        "/health",
        "/",
        "/v1/../v1/models",
        "/health/live/../../v1/models"
      })
  void everyOtherAddressAsksForAKey(String path) {
    given()
        .urlEncodingEnabled(false)
        .get(path)
        .then()
        .statusCode(401)
        .header("WWW-Authenticate", "Bearer")
        .header("X-Request-Id", not(nullValue()))
        .body("error.code", equalTo("invalid_api_key"))
        .body("error.type", equalTo("authentication_error"))
        .body("error.param", nullValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/live", "/health/ready"})
  void healthIsOpen(String path) {
    int status = given().get(path).statusCode();
    assertTrue(status == 200 || status == 503, "" + status);
  }

  @ParameterizedTest
  @CsvSource({
    "Authorization, 'Bearer ', 404",
    "authorization, 'bearer ', 404",
    "api-key, '', 404",
    "X-Api-Key, '', 404",
    "Authorization, 'Basic ', 401",
    "Authorization, 'Bearer x', 401",
    "Cookie, 'key=', 401"
  })
  void keyIsTakenFromThreeHeaders(String header, String before, int status) {
    RequestSpecification request = given().header(header, before + KeysProfile.KEY);
    request.get("/nothing/here").then().statusCode(status);
  }

  @Test
  void keyInTheAddressIsNone() {
    given().get("/nothing/here?api-key=" + KeysProfile.KEY).then().statusCode(401);
  }

  /// The head alone is answered: a caller without a key cannot make the service read.
  @Test
  void answerComesBeforeTheBody() throws IOException {
    try (Socket socket = new Socket(service.getHost(), service.getPort())) {
      socket.setSoTimeout(10_000);
      String head =
          "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              + "Content-Length: 30000000\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      assertEquals("HTTP/1.1 401 Unauthorized", in.readLine());
    }
  }

  /// One line a request, and nothing in any line that a client wrote or may not be told.
  @Test
  void logNamesTheKeyAndHoldsNoContent() throws Exception {
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    Handler handler =
        new Handler() {
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
        };
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    try {
      for (String path : List.of("/v1/chat/completions", "/canary-PATH")) {
        given()
            .header("Authorization", "Bearer " + KeysProfile.KEY)
            .header("X-Request-Id", "canary-id")
            .header("X-Other", "canary-HEADER")
            .contentType("application/json")
            .body(
                """
                {"model": "canary-MODEL", "messages": [{"role": "user", "content": [
                  {"type": "text", "text": "canary-PROMPT"},
                  {"type": "image_url", "image_url": {"url": "data:image/png;base64,Y2FuYXJ5"}}]}]}
                """)
            .post(path + "?q=canary-QUERY")
            .then()
            .header("X-Request-Id", "canary-id");
      }
      given().header("api-key", "canary-WRONG").get("/v1/models").then().statusCode(401);
      long until = System.nanoTime() + 5_000_000_000L;
      while (lines.stream().filter(l -> l.contains("RequestLog")).count() < 3
          && System.nanoTime() < until) {
        Thread.sleep(20);
      }
    } finally {
      root.removeHandler(handler);
    }
    List<String> requests = lines.stream().filter(l -> l.contains("RequestLog")).toList();
    assertEquals(3, requests.size(), lines.toString());
    assertTrue(requests.get(0).contains("request canary-id key=tester POST /v1/chat/completions"));
    assertTrue(requests.get(1).contains("request canary-id key=tester POST other status=404"));
    assertTrue(requests.get(2).contains("key=anybody GET /v1/models status=401"));
    for (String line : lines) {
      String rest = line.replace("canary-id", "");
      assertFalse(rest.contains("canary") || rest.contains("Y2FuYXJ5"), line);
    }
  }
}
