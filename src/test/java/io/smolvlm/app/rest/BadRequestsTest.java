package io.smolvlm.app.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Every bad request of the reference set through HTTP, and a good one after each.
@QuarkusTest
class BadRequestsTest {
  private static final String GOOD =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"max_tokens\":1}";

  /// Cases that end otherwise than the manifest says, and why that is right.
  private static final Map<String, String> EXPLAINED =
      Map.of(
          "api/img-bad-padding",
          "its text is valid base64 of a whole PNG and one byte behind it, which is read");

  /// Time that a case may take over its limit on a machine that does other work as well.
  private static final double PATIENCE = 20;

  @Test
  void everyCaseEndsAsTheManifestSays() throws Exception {
    Service.awaitReady();
    Path folder = Path.of(System.getProperty("smolvlm.badInputs"));
    JsonNode cases = Service.JSON.readTree(folder.resolve("manifest-api.json").toFile());
    List<String> wrong = new ArrayList<>();
    int run = 0;
    for (JsonNode each : cases) {
      // These need a server on a public address; the fetcher's own tests play it.
      if (each.has("server")) {
        continue;
      }
      run++;
      String outcome = outcome(each, folder);
      if (!outcome.isEmpty() && !EXPLAINED.containsKey(each.get("id").textValue())) {
        wrong.add(each.get("id").textValue() + ": " + outcome);
      }
      int after = Service.post("/v1/chat/completions", GOOD).statusCode();
      assertEquals(200, after, "the good request after " + each.get("id").textValue());
    }
    assertTrue(run > 300, run + " cases");
    if (!wrong.isEmpty()) {
      fail(wrong.size() + " of " + run + ":\n" + String.join("\n", wrong));
    }
  }

  private static String outcome(JsonNode each, Path folder) throws Exception {
    JsonNode asked = each.get("request");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(Service.uri(asked.get("path").textValue()))
            .timeout(Duration.ofSeconds(60))
            .POST(HttpRequest.BodyPublishers.ofByteArray(content(each, folder)));
    String type = asked.get("content_type").textValue();
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    long began = System.nanoTime();
    HttpResponse<String> response;
    try {
      response = Service.send(request.build());
    } catch (IOException e) {
      // The answer may come, and the connection end, while the body is still being sent.
      return wanted(each, 413) ? "" : "no answer: " + e;
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    if (seconds > each.at("/limits/seconds").doubleValue() + PATIENCE) {
      return "took " + seconds + " s";
    }
    JsonNode body = Service.JSON.readTree(response.body());
    if (response.statusCode() != 200) {
      for (String key : new String[] {"message", "type", "param", "code"}) {
        if (!body.path("error").has(key)) {
          return "no error." + key + ": " + response.body();
        }
      }
      if (response
          .body()
          .matches("(?s).*(0x[0-9a-f]{6}|Exception|io\\.smolvlm|\\.java|/work/).*")) {
        return "tells of its inside: " + response.body();
      }
    }
    return fits(each, response.statusCode(), body)
        ? ""
        : response.statusCode() + " " + shortened(response.body()) + ", not " + each.get("expect");
  }

  private static String shortened(String text) {
    return text.length() > 300 ? text.substring(0, 300) : text;
  }

  private static boolean wanted(JsonNode each, int status) {
    return each.at("/expect/status").intValue() == status;
  }

  private static boolean fits(JsonNode each, int status, JsonNode body) {
    List<JsonNode> fine = new ArrayList<>(List.of(each.get("expect")));
    each.path("accept").forEach(fine::add);
    String code = body.at("/error/code").asText("");
    for (JsonNode one : fine) {
      boolean same =
          one.path("status").intValue() == status
              && (!one.has("code") || one.get("code").textValue().equals(code))
              && (!one.has("per_image") || one.get("per_image").equals(perImage(body)));
      if (same) {
        return true;
      }
    }
    return false;
  }

  private static JsonNode perImage(JsonNode body) {
    var codes = Service.JSON.createArrayNode();
    for (JsonNode item : body.path("data")) {
      codes.add(item.has("error") ? item.at("/error/code").textValue() : "ok");
    }
    return codes;
  }

  private static byte[] content(JsonNode each, Path folder) throws IOException {
    if (each.path("file").isTextual()) {
      return Files.readAllBytes(folder.resolve(each.get("file").textValue()));
    }
    var out = new ByteArrayOutputStream();
    for (JsonNode part : each.at("/gen/parts")) {
      byte[] bytes =
          part.has("b64")
              ? Base64.getDecoder().decode(part.get("b64").textValue())
              : part.get("text").textValue().getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < part.path("times").asInt(1); i++) {
        out.writeBytes(bytes);
      }
    }
    return out.toByteArray();
  }
}
