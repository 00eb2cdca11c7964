package io.smolvlm.app.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;

/// The service under test, asked as a client would.
public final class Service {
  public static final JsonMapper JSON = JsonMapper.builder().build();

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Service() {}

  public static URI uri(String path) {
    int port = ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);
    if (port == 0) {
      port = ConfigProvider.getConfig().getValue("quarkus.http.port", Integer.class);
    }
    return URI.create("http://127.0.0.1:" + port + path);
  }

  /// Waits until the model is loaded.
  public static void awaitReady() throws Exception {
    for (int i = 0; i < 600; i++) {
      if (get("/health/ready").statusCode() == 200) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("the service did not become ready");
  }

  public static HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(path)).GET().build());
  }

  public static HttpResponse<String> post(String path, String json)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(120))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  public static HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException {
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /// The JSON of an answer that must be of status 200.
  public static JsonNode ok(HttpResponse<String> response) throws IOException {
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
    return JSON.readTree(response.body());
  }

  /// The data of a stream of events, the end mark included; comments and names left out.
  public static List<String> data(HttpResponse<String> response) {
    List<String> data = new ArrayList<>();
    for (String event : response.body().split("\n\n", -1)) {
      for (String line : event.split("\n", -1)) {
        if (line.startsWith("data: ")) {
          data.add(line.substring(6));
        }
      }
    }
    return data;
  }

  /// A sample picture or document as a data URI.
  public static String picture(String name) throws IOException {
    Path root = Path.of(System.getProperty("smolvlm.root"));
    byte[] bytes = Files.readAllBytes(root.resolve("samples/images").resolve(name));
    String type =
        name.endsWith(".pdf")
            ? "application/pdf"
            : name.endsWith(".jpg") ? "image/jpeg" : "image/png";
    return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(bytes);
  }

  /// The part of a message that shows a sample picture or document.
  private static String part(String name) throws IOException {
    return (name.endsWith(".pdf")
            ? "{\"type\":\"file\",\"file\":{\"filename\":\"%s\",\"file_data\":\"%s\"}}"
            : "{\"type\":\"image_url\",\"image_url\":{\"url\":\"%2$s\"}}")
        .formatted(name, picture(name));
  }

  /// A question about a sample picture.
  ///
  /// @param more further fields, each with a comma before it
  public static String question(String picture, String text, String more) throws IOException {
    return question(List.of(picture), text, more);
  }

  /// A question about sample pictures and documents, in their order.
  public static String question(List<String> pictures, String text, String more)
      throws IOException {
    StringBuilder parts = new StringBuilder();
    for (String picture : pictures) {
      parts.append(part(picture)).append(',');
    }
    return """
    {"model":"tiny","messages":[{"role":"user","content":[\
    %s{"type":"text","text":"%s"}]}]%s}\
    """
        .formatted(parts, text, more);
  }
}
