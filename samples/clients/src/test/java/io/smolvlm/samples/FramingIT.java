package io.smolvlm.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Streams byte by byte, with nothing but the JDK: what clients forgive is not forgiven here.
@ExtendWith(PackagedService.class)
class FramingIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String QUESTION = "Describe this image.";

  private final URI service;
  private final HttpClient http = HttpClient.newHttpClient();

  FramingIT(URI service) {
    this.service = service;
  }

  @Test
  void streamOfAChatKeepsEveryRule() throws Exception {
    ObjectNode request = chat("scene.png", QUESTION);
    request.putObject("stream_options").put("include_usage", true);
    HttpResponse<String> response = send("/v1/chat/completions", request);
    headersOfAStream(response);
    List<JsonNode> chunks = chunks(EventStream.parse(response.body()));
    sameEnvelope(chunks, "chat.completion.chunk");

    JsonNode first = chunks.getFirst().get("choices").get(0);
    assertEquals("assistant", first.get("delta").get("role").asText());
    assertEquals("", first.get("delta").get("content").asText(), "the role comes before any text");

    JsonNode last = chunks.getLast();
    assertTrue(last.get("choices").isEmpty(), "usage comes alone");
    JsonNode usage = last.get("usage");
    assertEquals(
        usage.get("total_tokens").asInt(),
        usage.get("prompt_tokens").asInt() + usage.get("completion_tokens").asInt());
    assertTrue(usage.get("completion_tokens").asInt() > 1);

    List<JsonNode> middle = chunks.subList(0, chunks.size() - 1);
    var text = new StringBuilder();
    for (int i = 0; i < middle.size(); i++) {
      JsonNode chunk = middle.get(i);
      assertTrue(chunk.has("usage") && chunk.get("usage").isNull(), "usage is null until the end");
      assertEquals(1, chunk.get("choices").size());
      JsonNode choice = chunk.get("choices").get(0);
      assertEquals(0, choice.get("index").asInt());
      assertEquals(i == 0, choice.get("delta").has("role"), "role in the first delta only");
      assertTrue(choice.has("finish_reason"));
      if (i < middle.size() - 1) {
        assertTrue(choice.get("finish_reason").isNull(), "no reason before the end");
        text.append(choice.get("delta").path("content").asText());
      } else {
        assertEquals("stop", choice.get("finish_reason").asText());
        assertTrue(choice.get("delta").isEmpty(), "the last delta is empty");
      }
    }
    assertEquals(Samples.answer("scene.png", QUESTION), text.toString());
  }

  @Test
  void usageComesOnlyWhenAskedFor() throws Exception {
    HttpResponse<String> response =
        send("/v1/chat/completions", chat("heart.png", "How many shapes are there?"));
    for (JsonNode chunk : chunks(EventStream.parse(response.body()))) {
      assertTrue(chunk.path("usage").isMissingNode() || chunk.get("usage").isNull());
      assertEquals(1, chunk.get("choices").size());
    }
  }

  @Test
  void stopTextIsNeverSentNotEvenAPartOfIt() throws Exception {
    ObjectNode request = chat("scene.png", QUESTION);
    request.putArray("stop").add("purple square");
    HttpResponse<String> response = send("/v1/chat/completions", request);
    var text = new StringBuilder();
    for (JsonNode chunk : chunks(EventStream.parse(response.body()))) {
      text.append(chunk.get("choices").get(0).get("delta").path("content").asText());
    }
    String whole = Samples.answer("scene.png", QUESTION);
    assertEquals(whole.substring(0, whole.indexOf("purple square")), text.toString());
  }

  @Test
  void everyAnswerOfSeveralHasItsOwnFraming() throws Exception {
    ObjectNode request = chat("heart.png", "Which color is the heart?");
    request.put("n", 3);
    List<JsonNode> chunks = chunks(EventStream.parse(send("/v1/chat/completions", request).body()));
    sameEnvelope(chunks, "chat.completion.chunk");
    for (int choice = 0; choice < 3; choice++) {
      int roles = 0;
      int ends = 0;
      var text = new StringBuilder();
      for (JsonNode chunk : chunks) {
        JsonNode part = chunk.get("choices").get(0);
        if (part.get("index").asInt() == choice) {
          assertEquals(0, ends, "nothing after the end");
          roles += part.get("delta").has("role") ? 1 : 0;
          ends += part.get("finish_reason").isNull() ? 0 : 1;
          text.append(part.get("delta").path("content").asText());
        }
      }
      assertEquals(1, roles);
      assertEquals(1, ends);
      assertEquals(Samples.answer("heart.png", "Which color is the heart?"), text.toString());
    }
  }

  /// More streams than are decoded together: those that wait hear comments until their turn comes.
  @Test
  void silenceIsFilledWithComments() throws Exception {
    var streams = new ArrayList<CompletableFuture<HttpResponse<String>>>();
    for (int i = 0; i < 24; i++) {
      ObjectNode request = chat("scene.png", QUESTION);
      request.put("ignore_eos", true).put("max_tokens", 400).put("repetition_penalty", 1.3);
      streams.add(
          http.sendAsync(
              post("/v1/chat/completions", request), HttpResponse.BodyHandlers.ofString()));
    }
    int comments = 0;
    for (CompletableFuture<HttpResponse<String>> stream : streams) {
      HttpResponse<String> response = stream.get();
      assertEquals(200, response.statusCode(), response.body());
      EventStream events = EventStream.parse(response.body());
      sameEnvelope(chunks(events), "chat.completion.chunk");
      comments += events.comments();
    }
    assertTrue(comments > 0, "nobody waited longer than a second");
  }

  @Test
  void streamOfTextCompletionsKeepsEveryRule() throws Exception {
    ObjectNode request = JSON.createObjectNode();
    request.put("model", Samples.MODEL).put("prompt", "A purple").put("stream", true);
    request.put("max_tokens", 5).put("temperature", 0).put("ignore_eos", true);
    HttpResponse<String> response = send("/v1/completions", request);
    headersOfAStream(response);
    List<JsonNode> chunks = chunks(EventStream.parse(response.body()));
    sameEnvelope(chunks, "text_completion");
    for (JsonNode chunk : chunks.subList(0, chunks.size() - 1)) {
      assertTrue(chunk.get("choices").get(0).get("finish_reason").isNull());
    }
    assertEquals("length", chunks.getLast().get("choices").get(0).get("finish_reason").asText());
  }

  @Test
  void eventsOfResponsesComeInOrder() throws Exception {
    ObjectNode request = JSON.createObjectNode();
    request.put("model", Samples.MODEL).put("stream", true).put("temperature", 0);
    ObjectNode message = request.putArray("input").addObject().put("role", "user");
    var content = message.putArray("content");
    content.addObject().put("type", "input_image").put("image_url", Samples.dataUri("heart.png"));
    content.addObject().put("type", "input_text").put("text", "Which color is the heart?");
    HttpResponse<String> response = send("/v1/responses", request);
    headersOfAStream(response);
    var names = new ArrayList<String>();
    var text = new StringBuilder();
    for (EventStream.Event event : EventStream.parse(response.body()).events()) {
      JsonNode data = JSON.readTree(event.data());
      assertEquals(event.name(), data.get("type").asText());
      assertEquals(names.size(), data.get("sequence_number").asInt());
      names.add(event.name());
      if (event.name().equals("response.output_text.delta")) {
        text.append(data.get("delta").asText());
      }
    }
    assertEquals(Samples.answer("heart.png", "Which color is the heart?"), text.toString());
    names.removeIf(name -> name.equals("response.output_text.delta"));
    assertEquals(
        List.of(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed"),
        names);
  }

  @Test
  void refusalOfAStreamIsAPlainError() throws Exception {
    HttpResponse<String> response =
        send("/v1/chat/completions", chat("heart.png", QUESTION).put("temperature", "hot"));
    assertEquals(400, response.statusCode());
    assertTrue(
        response.headers().firstValue("content-type").orElse("").startsWith("application/json"));
    JsonNode error = JSON.readTree(response.body()).get("error");
    assertEquals("temperature", error.get("param").asText());
    for (String key : List.of("message", "type", "param", "code")) {
      assertTrue(error.has(key), key);
    }
  }

  private static void headersOfAStream(HttpResponse<String> response) {
    assertEquals(200, response.statusCode(), response.body());
    String type = response.headers().firstValue("content-type").orElse("");
    assertTrue(type.startsWith("text/event-stream"), type);
    String caching = response.headers().firstValue("cache-control").orElse("");
    assertTrue(caching.contains("no-cache"), caching);
    assertEquals("no", response.headers().firstValue("x-accel-buffering").orElse(""));
    String coding = response.headers().firstValue("content-encoding").orElse("identity");
    assertEquals("identity", coding, "a compressed stream would arrive late");
    assertTrue(response.headers().firstValue("x-request-id").isPresent());
  }

  /// The JSON of all events but the last, which is `[DONE]`.
  private static List<JsonNode> chunks(EventStream stream) throws Exception {
    assertEquals("[DONE]", stream.events().getLast().data());
    var chunks = new ArrayList<JsonNode>();
    for (EventStream.Event event : stream.events().subList(0, stream.events().size() - 1)) {
      assertEquals("", event.name(), "chunks have no event name");
      chunks.add(JSON.readTree(event.data()));
    }
    return chunks;
  }

  private static void sameEnvelope(List<JsonNode> chunks, String object) {
    var envelopes = new HashSet<List<Object>>();
    for (JsonNode chunk : chunks) {
      assertEquals(object, chunk.get("object").asText());
      assertEquals(Samples.MODEL, chunk.get("model").asText());
      assertTrue(chunk.get("created").isIntegralNumber());
      envelopes.add(List.of(chunk.get("id").asText(), chunk.get("created").asLong()));
    }
    assertEquals(1, envelopes.size(), "one id and time throughout");
  }

  private static ObjectNode chat(String picture, String question) {
    ObjectNode request = JSON.createObjectNode();
    request.put("model", Samples.MODEL).put("stream", true).put("temperature", 0);
    ObjectNode message = request.putArray("messages").addObject().put("role", "user");
    var content = message.putArray("content");
    content
        .addObject()
        .put("type", "image_url")
        .putObject("image_url")
        .put("url", Samples.dataUri(picture));
    content.addObject().put("type", "text").put("text", question);
    return request;
  }

  private HttpResponse<String> send(String path, ObjectNode body) throws Exception {
    return http.send(post(path, body), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest post(String path, ObjectNode body) {
    return HttpRequest.newBuilder(service.resolve(path))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
        .build();
  }
}
