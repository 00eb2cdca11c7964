package io.smolvlm.app.rest.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.smolvlm.app.rest.Service;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ResponsesTest {
  private static final String HEART = "A purple heart at the top of a light blue background.";

  @BeforeEach
  void ready() throws Exception {
    Service.awaitReady();
  }

  private static String input(String more) throws Exception {
    return """
    {"model":"tiny","input":[{"role":"user","content":[\
    {"type":"input_image","image_url":"%s"},\
    {"type":"input_text","text":"Write a short caption for this picture."}]}]%s}\
    """
        .formatted(Service.picture("heart.png"), more);
  }

  @Test
  void responseHoldsOneMessage() throws Exception {
    JsonNode response = Service.ok(Service.post("/v1/responses", input("")));
    assertTrue(response.get("id").textValue().startsWith("resp_"));
    assertEquals("response", response.get("object").textValue());
    assertEquals("completed", response.get("status").textValue());
    JsonNode message = response.at("/output/0");
    assertEquals("message", message.get("type").textValue());
    assertEquals("assistant", message.get("role").textValue());
    assertEquals("output_text", message.at("/content/0/type").textValue());
    assertEquals(HEART, message.at("/content/0/text").textValue());
    assertTrue(message.at("/content/0/annotations").isArray());
    assertTrue(response.get("error").isNull());
    assertTrue(response.get("incomplete_details").isNull());
    assertEquals(
        response.at("/usage/total_tokens").intValue(),
        response.at("/usage/input_tokens").intValue()
            + response.at("/usage/output_tokens").intValue());
  }

  @Test
  void cutResponseIsIncomplete() throws Exception {
    JsonNode response =
        Service.ok(Service.post("/v1/responses", input(",\"max_output_tokens\":2")));
    assertEquals("incomplete", response.get("status").textValue());
    assertEquals("max_output_tokens", response.at("/incomplete_details/reason").textValue());
  }

  @Test
  void eventsComeInOrder() throws Exception {
    HttpResponse<String> response = Service.post("/v1/responses", input(",\"stream\":true"));
    assertFalse(response.body().contains("[DONE]"));
    List<String> types = new ArrayList<>();
    var text = new StringBuilder();
    int sequence = 0;
    for (String data : Service.data(response)) {
      JsonNode event = Service.JSON.readTree(data);
      assertEquals(sequence++, event.get("sequence_number").intValue());
      String type = event.get("type").textValue();
      if (types.isEmpty() || !types.getLast().equals(type)) {
        types.add(type);
      }
      text.append(event.path("delta").asText(""));
      assertTrue(response.body().contains("event: " + type + "\ndata: "), type);
    }
    assertEquals(
        List.of(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed"),
        types);
    assertEquals(HEART, text.toString());
  }

  @Test
  void nothingCanBeContinued() throws Exception {
    HttpResponse<String> response =
        Service.post("/v1/responses", "{\"input\":\"x\",\"previous_response_id\":\"resp_1\"}");
    assertEquals(400, response.statusCode());
    assertEquals(
        "unsupported_parameter",
        Service.JSON.readTree(response.body()).at("/error/code").textValue());
  }
}
