package io.smolvlm.app.rest.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.smolvlm.app.rest.Service;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ChatCompletionsTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String HEART = "A purple heart at the top of a light blue background.";
  private static final String BRIEF = "Write a short caption for this picture.";

  @BeforeEach
  void ready() throws Exception {
    Service.awaitReady();
  }

  @Test
  void everyPictureIsAnsweredAsExpected() throws Exception {
    Path expected = Path.of(System.getProperty("smolvlm.root")).resolve("samples/expected.json");
    Set<List<String>> asked = new HashSet<>();
    for (JsonNode sample : Service.JSON.readTree(expected.toFile()).get("answers")) {
      // The command line's test asks them all.
      List<String> pictures =
          sample.has("picture")
              ? List.of(sample.get("picture").textValue())
              : sample.get("pictures").valueStream().map(JsonNode::textValue).toList();
      if (!asked.add(pictures)) {
        continue;
      }
      JsonNode answer =
          Service.ok(
              Service.post(
                  PATH, Service.question(pictures, sample.get("question").textValue(), "")));
      assertEquals(
          sample.get("answer").textValue(),
          answer.at("/choices/0/message/content").textValue(),
          sample.toString());
    }
  }

  @Test
  void answerHasAllThatClientsRead() throws Exception {
    JsonNode answer = Service.ok(Service.post(PATH, Service.question("heart.png", BRIEF, "")));
    assertTrue(answer.get("id").textValue().startsWith("chatcmpl-"));
    assertEquals("chat.completion", answer.get("object").textValue());
    assertTrue(answer.get("created").isIntegralNumber());
    assertEquals("tiny", answer.get("model").textValue());
    assertTrue(answer.has("system_fingerprint"));
    JsonNode choice = answer.at("/choices/0");
    assertEquals(0, choice.get("index").intValue());
    assertEquals("assistant", choice.at("/message/role").textValue());
    assertEquals(HEART, choice.at("/message/content").textValue());
    assertTrue(choice.get("message").get("refusal").isNull());
    assertTrue(choice.get("logprobs").isNull());
    assertEquals("stop", choice.get("finish_reason").textValue());
    JsonNode usage = answer.get("usage");
    assertEquals(
        usage.get("total_tokens").intValue(),
        usage.get("prompt_tokens").intValue() + usage.get("completion_tokens").intValue());
    assertTrue(usage.at("/prompt_tokens_details/image_tokens").intValue() > 0);
    assertTrue(usage.at("/prompt_tokens_details/cached_tokens").isInt());
    assertTrue(answer.at("/timings/prompt_ms").isNumber());
    assertTrue(answer.at("/timings/encode_ms").isNumber());
  }

  @Test
  void streamIsFramedAsClientsExpect() throws Exception {
    HttpResponse<String> response =
        Service.post(
            PATH,
            Service.question(
                "heart.png",
                BRIEF,
                ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
    assertEquals(200, response.statusCode(), response.body());
    String type = response.headers().firstValue("content-type").orElse("");
    assertTrue(type.startsWith("text/event-stream"), type);
    assertEquals("no", response.headers().firstValue("x-accel-buffering").orElse(""));
    List<String> data = Service.data(response);
    assertEquals("[DONE]", data.getLast());
    List<JsonNode> chunks = new ArrayList<>();
    for (String each : data.subList(0, data.size() - 1)) {
      chunks.add(Service.JSON.readTree(each));
    }
    String id = chunks.getFirst().get("id").textValue();
    for (JsonNode chunk : chunks) {
      assertEquals(id, chunk.get("id").textValue());
      assertEquals("chat.completion.chunk", chunk.get("object").textValue());
      assertEquals(chunks.getFirst().get("created"), chunk.get("created"));
    }
    JsonNode first = chunks.getFirst().at("/choices/0");
    assertEquals("assistant", first.at("/delta/role").textValue());
    assertEquals("", first.at("/delta/content").textValue());
    JsonNode usage = chunks.removeLast();
    assertTrue(usage.get("choices").isEmpty());
    assertTrue(usage.at("/usage/total_tokens").intValue() > 0);
    JsonNode end = chunks.getLast().at("/choices/0");
    assertEquals("stop", end.get("finish_reason").textValue());
    assertTrue(end.get("delta").isEmpty());
    var text = new StringBuilder();
    for (JsonNode chunk : chunks) {
      assertTrue(chunk.has("usage") && chunk.get("usage").isNull());
      JsonNode choice = chunk.at("/choices/0");
      assertEquals(chunk == chunks.getFirst(), choice.get("delta").has("role"));
      assertEquals(chunk != chunks.getLast(), choice.get("finish_reason").isNull());
      text.append(choice.at("/delta/content").asText(""));
    }
    assertEquals(HEART, text.toString());
  }

  @Test
  void streamWithoutUsageHasNoUsageKey() throws Exception {
    List<String> data =
        Service.data(Service.post(PATH, Service.question("heart.png", BRIEF, ",\"stream\":true")));
    for (String each : data.subList(0, data.size() - 1)) {
      assertFalse(Service.JSON.readTree(each).has("usage"), each);
    }
  }

  @Test
  void severalChoicesAndLogprobs() throws Exception {
    JsonNode answer =
        Service.ok(
            Service.post(
                PATH,
                Service.question(
                    "heart.png",
                    "Which color is the heart?",
                    ",\"n\":2,\"logprobs\":true,\"top_logprobs\":3")));
    assertEquals(2, answer.get("choices").size());
    for (JsonNode choice : answer.get("choices")) {
      assertEquals("Purple.", choice.at("/message/content").textValue());
      JsonNode content = choice.at("/logprobs/content");
      var text = new StringBuilder();
      for (JsonNode token : content) {
        text.append(token.get("token").textValue());
        assertEquals(3, token.get("top_logprobs").size());
        assertTrue(token.get("logprob").doubleValue() <= 0);
      }
      assertEquals("Purple.", text.toString().strip());
    }
  }

  @Test
  void sameSeedGivesSameText() throws Exception {
    String body =
        Service.question("scene.png", "Describe this image.", ",\"temperature\":1.5,\"seed\":7");
    String first = text(body);
    assertEquals(first, text(body));
    assertNotEquals(
        first,
        text(
            Service.question(
                "scene.png", "Describe this image.", ",\"temperature\":2,\"seed\":8")));
  }

  private static String text(String body) throws Exception {
    return Service.ok(Service.post(PATH, body)).at("/choices/0/message/content").textValue();
  }

  @Test
  void lengthAndStopEndAnAnswer() throws Exception {
    JsonNode cut =
        Service.ok(Service.post(PATH, Service.question("heart.png", BRIEF, ",\"max_tokens\":2")));
    assertEquals("length", cut.at("/choices/0/finish_reason").textValue());
    assertEquals(2, cut.at("/usage/completion_tokens").intValue());
    JsonNode stopped =
        Service.ok(
            Service.post(PATH, Service.question("heart.png", BRIEF, ",\"stop\":\" at the\"")));
    assertEquals("A purple heart", stopped.at("/choices/0/message/content").textValue());
    assertEquals("stop", stopped.at("/choices/0/finish_reason").textValue());
  }

  @Test
  void imageInfoSaysWhatTheModelSaw() throws Exception {
    JsonNode answer =
        Service.ok(
            Service.post(
                PATH, Service.question("heart.png", BRIEF, ",\"include_image_info\":true")));
    JsonNode image = answer.at("/images/0");
    assertEquals(answer.at("/usage/prompt_tokens_details/image_tokens"), image.get("tokens"));
    assertTrue(image.get("tiles").intValue() >= 1);
  }

  @Test
  void refusalNamesContextAndCounts() throws Exception {
    HttpResponse<String> response =
        Service.post(PATH, Service.question("heart.png", BRIEF, ",\"max_tokens\":4096"));
    assertEquals(400, response.statusCode(), response.body());
    JsonNode error = Service.JSON.readTree(response.body()).get("error");
    assertEquals("context_length_exceeded", error.get("code").textValue());
    assertTrue(error.get("message").textValue().contains("of picture 1"), error.toString());
    assertEquals("invalid_request_error", error.get("type").textValue());
    assertTrue(error.has("param"));
  }
}
