package io.smolvlm.app.rest.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.smolvlm.app.rest.Service;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Answers that must be of a form: JSON of a schema, calls of functions.
@QuarkusTest
class FormsTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String SCHEMA =
      """
      ,"response_format":{"type":"json_schema","json_schema":{"name":"shape","strict":true,"schema":\
      {"type":"object","properties":{"color":{"enum":["purple","green"]},\
      "count":{"type":"integer","minimum":0,"maximum":9}},"required":["color","count"],\
      "additionalProperties":false}}}\
      """;
  private static final String TOOLS =
      """
      ,"tools":[{"type":"function","function":{"name":"paint","parameters":{"type":"object",\
      "properties":{"color":{"enum":["red","blue"]}},"required":["color"],\
      "additionalProperties":false}}}],"tool_choice":"required","parallel_tool_calls":false\
      """;

  @BeforeEach
  void ready() throws Exception {
    Service.awaitReady();
  }

  @Test
  void answerIsJsonOfTheSchema() throws Exception {
    JsonNode answer =
        Service.ok(
            Service.post(PATH, Service.question("heart.png", "Describe this image.", SCHEMA)));
    JsonNode shape = Service.JSON.readTree(answer.at("/choices/0/message/content").textValue());
    assertTrue(Set.of("purple", "green").contains(shape.get("color").textValue()));
    assertTrue(shape.get("count").isIntegralNumber());
    assertEquals(2, shape.size());
  }

  @Test
  void tooLittleRoomForTheSchemaIsRefused() throws Exception {
    HttpResponse<String> response =
        Service.post(PATH, Service.question("heart.png", "?", SCHEMA + ",\"max_tokens\":2"));
    assertEquals(400, response.statusCode(), response.body());
    assertEquals(
        "max_tokens", Service.JSON.readTree(response.body()).at("/error/param").textValue());
  }

  @Test
  void unknownKeywordIsNamed() throws Exception {
    HttpResponse<String> response =
        Service.post(
            PATH,
            Service.question("heart.png", "?", SCHEMA.replace("\"minimum\"", "\"multipleOf\"")));
    assertEquals(400, response.statusCode(), response.body());
    JsonNode error = Service.JSON.readTree(response.body()).get("error");
    assertEquals("invalid_schema", error.get("code").textValue());
    assertTrue(error.get("message").textValue().contains("multipleOf"), error.toString());
  }

  @Test
  void callIsForced() throws Exception {
    JsonNode choice =
        Service.ok(Service.post(PATH, Service.question("heart.png", "Paint it.", TOOLS)))
            .at("/choices/0");
    assertEquals("tool_calls", choice.get("finish_reason").textValue(), choice.toString());
    JsonNode call = choice.at("/message/tool_calls/0");
    assertEquals("function", call.get("type").textValue());
    assertEquals("paint", call.at("/function/name").textValue());
    JsonNode arguments = Service.JSON.readTree(call.at("/function/arguments").textValue());
    assertTrue(Set.of("red", "blue").contains(arguments.get("color").textValue()));
  }

  @Test
  void callComesInAStream() throws Exception {
    List<String> data =
        Service.data(
            Service.post(
                PATH, Service.question("heart.png", "Paint it.", TOOLS + ",\"stream\":true")));
    String name = null;
    String reason = null;
    for (String chunk : data.subList(0, data.size() - 1)) {
      JsonNode choice = Service.JSON.readTree(chunk).at("/choices/0");
      JsonNode call = choice.at("/delta/tool_calls/0");
      if (!call.isMissingNode()) {
        assertEquals(0, call.get("index").intValue());
        name = call.at("/function/name").textValue();
      }
      reason = choice.get("finish_reason").asText(null);
    }
    assertEquals("paint", name);
    assertEquals("tool_calls", reason);
  }
}
