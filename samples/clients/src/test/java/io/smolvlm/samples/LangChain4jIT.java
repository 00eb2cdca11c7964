package io.smolvlm.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// LangChain4j: pictures as [ImageContent], answers at once and in pieces.
@ExtendWith(PackagedService.class)
class LangChain4jIT {
  private static final String QUESTION = "Can you describe the picture?";

  private final String api;

  LangChain4jIT(URI service) {
    api = service + "/v1";
  }

  @Test
  void answersAQuestionAboutAPicture() {
    ChatModel model = model(Samples.MODEL);
    ChatResponse answer = model.chat(ask("shapes-two.png", QUESTION));
    assertEquals(Samples.answer("shapes-two.png", QUESTION), answer.aiMessage().text());
    assertEquals(FinishReason.STOP, answer.metadata().finishReason());
    assertTrue(answer.metadata().tokenUsage().inputTokenCount() > 0);
  }

  @Test
  void streamsTheAnswer() throws Exception {
    StreamingChatModel model =
        OpenAiStreamingChatModel.builder()
            .baseUrl(api)
            .apiKey("none needed")
            .modelName(Samples.MODEL)
            .temperature(0.0)
            .build();
    var pieces = new StringBuilder();
    var whole = new CompletableFuture<ChatResponse>();
    model.chat(
        ChatRequest.builder().messages(ask("shapes-two.png", QUESTION)).build(),
        new StreamingChatResponseHandler() {
          @Override
          public void onPartialResponse(String piece) {
            pieces.append(piece);
          }

          @Override
          public void onCompleteResponse(ChatResponse response) {
            whole.complete(response);
          }

          @Override
          public void onError(Throwable error) {
            whole.completeExceptionally(error);
          }
        });
    ChatResponse answer = whole.get(60, TimeUnit.SECONDS);
    assertEquals(Samples.answer("shapes-two.png", QUESTION), pieces.toString());
    assertEquals(pieces.toString(), answer.aiMessage().text());
    assertTrue(answer.metadata().tokenUsage().outputTokenCount() > 0, "usage came in the stream");
  }

  @Test
  void answersWithJsonOfTheSchemaAskedFor() throws Exception {
    var schema =
        JsonSchema.builder()
            .name("shape")
            .rootElement(
                JsonObjectSchema.builder()
                    .addEnumProperty("shape", List.of("heart", "star", "ring"))
                    .addBooleanProperty("only_one")
                    .required("shape", "only_one")
                    .additionalProperties(false)
                    .build())
            .build();
    ChatResponse answer =
        model(Samples.MODEL)
            .chat(
                ChatRequest.builder()
                    .messages(ask("heart.png", "List the shapes as JSON."))
                    .responseFormat(
                        ResponseFormat.builder()
                            .type(ResponseFormatType.JSON)
                            .jsonSchema(schema)
                            .build())
                    .build());
    JsonNode json = new ObjectMapper().readTree(answer.aiMessage().text());
    assertEquals("heart", json.get("shape").asText());
    assertTrue(json.get("only_one").isBoolean());
    assertEquals(2, json.size());
  }

  @Test
  void callsTheToolThatItMust() throws Exception {
    var weather =
        ToolSpecification.builder()
            .name("weather")
            .description("The weather in a city")
            .parameters(
                JsonObjectSchema.builder().addStringProperty("city").required("city").build())
            .build();
    ChatResponse answer =
        model(Samples.MODEL)
            .chat(
                ChatRequest.builder()
                    .messages(UserMessage.from("What is the weather in Paris?"))
                    .toolSpecifications(weather)
                    .toolChoice(ToolChoice.REQUIRED)
                    .maxOutputTokens(100)
                    .build());
    ToolExecutionRequest call = answer.aiMessage().toolExecutionRequests().getFirst();
    assertEquals(FinishReason.TOOL_EXECUTION, answer.metadata().finishReason());
    assertEquals("weather", call.name());
    assertTrue(new ObjectMapper().readTree(call.arguments()).get("city").isTextual());
  }

  @Test
  void refusesWithTheClientsOwnException() {
    ChatModel other = model("of-somebody-else");
    assertThrows(ModelNotFoundException.class, () -> other.chat("Hello"));
  }

  private ChatModel model(String name) {
    return OpenAiChatModel.builder()
        .baseUrl(api)
        .apiKey("none needed")
        .modelName(name)
        .temperature(0.0)
        .strictJsonSchema(true)
        .build();
  }

  private static UserMessage ask(String picture, String question) {
    return UserMessage.from(
        ImageContent.from(Samples.base64(picture), "image/png"), TextContent.from(question));
  }
}
