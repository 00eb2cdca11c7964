package io.smolvlm.app.rest.captions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.smolvlm.app.rest.Service;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class CaptionsTest {
  private static final String HEART = "A purple heart at the top of a light blue background.";
  private static final String SCENE =
      "From top to bottom: a purple cross, a purple square, a brown triangle and a gray cross.";

  @BeforeEach
  void ready() throws Exception {
    Service.awaitReady();
  }

  @Test
  void captionsStandInTheOrderOfThePictures() throws Exception {
    String body =
        """
        {"preset":"brief","images":["%s","data:image/png;base64,eA==",{"url":"%s","id":"second"}]}\
        """
            .formatted(Service.picture("scene.png"), Service.picture("heart.png"));
    JsonNode answer = Service.ok(Service.post("/v1/captions", body));
    assertEquals("list", answer.get("object").textValue());
    JsonNode data = answer.get("data");
    assertEquals(SCENE, data.get(0).get("caption").textValue());
    assertEquals("stop", data.get(0).get("finish_reason").textValue());
    assertFalse(data.get(0).has("error"));
    assertEquals("unsupported_image", data.get(1).at("/error/code").textValue());
    assertTrue(data.get(1).get("caption").isNull());
    assertEquals(HEART, data.get(2).get("caption").textValue());
    assertEquals("second", data.get(2).get("id").textValue());
    assertTrue(answer.at("/usage/prompt_tokens_details/image_tokens").intValue() > 0);
  }

  @Test
  void formCarriesPicturesAndFields() throws Exception {
    var form = new ByteArrayOutputStream();
    field(form, "preset", null, "brief".getBytes(StandardCharsets.UTF_8));
    field(form, "image", "a/../heart.png", bytes("heart.png"));
    field(form, "max_tokens", null, "100".getBytes(StandardCharsets.UTF_8));
    form.writeBytes("--frontier--\r\n".getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> response =
        Service.send(
            HttpRequest.newBuilder(Service.uri("/v1/captions"))
                .header("Content-Type", "multipart/form-data; boundary=frontier")
                .POST(HttpRequest.BodyPublishers.ofByteArray(form.toByteArray()))
                .build());
    JsonNode item = Service.ok(response).at("/data/0");
    assertEquals(HEART, item.get("caption").textValue());
    assertEquals("heart.png", item.get("id").textValue());
  }

  @Test
  void pictureMayBeTheBodyItself() throws Exception {
    HttpResponse<String> response =
        Service.send(
            HttpRequest.newBuilder(
                    Service.uri("/v1/captions?prompt=Which%20color%20is%20the%20heart%3F"))
                .header("Content-Type", "image/png")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes("heart.png")))
                .build());
    assertEquals("Purple.", Service.ok(response).at("/data/0/caption").textValue());
  }

  @Test
  void linesComeAsTheyAreReady() throws Exception {
    String body =
        """
        {"preset":"brief","images":["%s","%s"]}\
        """
            .formatted(Service.picture("scene.png"), Service.picture("heart.png"));
    HttpResponse<String> response =
        Service.send(
            HttpRequest.newBuilder(Service.uri("/v1/captions"))
                .header("Content-Type", "application/json")
                .header("Accept", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    assertEquals(200, response.statusCode());
    Set<String> captions = new HashSet<>();
    for (String line : response.body().strip().split("\n")) {
      JsonNode item = Service.JSON.readTree(line);
      captions.add(item.get("index").intValue() + " " + item.get("caption").textValue());
    }
    assertEquals(Set.of("0 " + SCENE, "1 " + HEART), captions);
  }

  private static void field(ByteArrayOutputStream form, String name, String file, byte[] value) {
    String head =
        "--frontier\r\nContent-Disposition: form-data; name=\""
            + name
            + "\""
            + (file == null ? "" : "; filename=\"" + file + "\"\r\nContent-Type: image/png")
            + "\r\n\r\n";
    form.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    form.writeBytes(value);
    form.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] bytes(String picture) throws Exception {
    return Files.readAllBytes(
        Path.of(System.getProperty("smolvlm.root")).resolve("samples/images").resolve(picture));
  }
}
