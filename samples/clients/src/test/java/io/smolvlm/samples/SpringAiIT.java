package io.smolvlm.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.api.OpenAiApi;
import org.springframework.ai.openai.api.ResponseFormat;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.MimeTypeUtils;

/// Spring AI without Spring Boot: pictures as [Media], answers at once and as a reactive stream.
///
/// It sends the text before the pictures, whatever the order in code. The embedded model learned
/// pictures before text and answers other questions worse this way round.
@ExtendWith(PackagedService.class)
class SpringAiIT {
  private static final String QUESTION = "What do you see at the top?";

  private final ChatModel model;

  SpringAiIT(URI service) {
    model =
        OpenAiChatModel.builder()
            .openAiApi(
                OpenAiApi.builder().baseUrl(service.toString()).apiKey("none needed").build())
            .defaultOptions(
                OpenAiChatOptions.builder().model(Samples.MODEL).temperature(0.0).build())
            .build();
  }

  @Test
  void answersAQuestionAboutAPicture() {
    ChatResponse answer = model.call(ask("heart.png", QUESTION));
    assertEquals(Samples.answer("heart.png", QUESTION), answer.getResult().getOutput().getText());
    assertEquals("STOP", answer.getResult().getMetadata().getFinishReason());
    assertTrue(answer.getMetadata().getUsage().getPromptTokens() > 0);
  }

  @Test
  void streamsTheAnswer() {
    List<ChatResponse> pieces =
        model.stream(ask("heart.png", QUESTION)).collectList().block(Duration.ofSeconds(60));
    String text =
        pieces.stream()
            .flatMap(piece -> piece.getResults().stream())
            .map(result -> result.getOutput().getText())
            .filter(Objects::nonNull)
            .collect(Collectors.joining());
    assertEquals(Samples.answer("heart.png", QUESTION), text);
    assertTrue(pieces.size() > 2, "it came in pieces");
  }

  @Test
  void answersWithJsonOfTheSchemaAskedFor() {
    String schema =
        """
        {"type": "object", "properties": {"count": {"type": "integer", "minimum": 0, "maximum": 9}},
         "required": ["count"], "additionalProperties": false}
        """;
    var format =
        ResponseFormat.builder().type(ResponseFormat.Type.JSON_SCHEMA).jsonSchema(schema).build();
    Prompt prompt =
        new Prompt(
            ask("heart.png", "How many shapes are there?").getInstructions(),
            OpenAiChatOptions.builder().responseFormat(format).build());
    String text = model.call(prompt).getResult().getOutput().getText();
    assertEquals("{\"count\":1}", text.replaceAll("\\s", ""));
  }

  @Test
  void refusesWithTheClientsOwnException() {
    Prompt prompt =
        new Prompt("Hello", OpenAiChatOptions.builder().model("of-somebody-else").build());
    NonTransientAiException refused =
        assertThrows(NonTransientAiException.class, () -> model.call(prompt));
    assertTrue(refused.getMessage().contains("model_not_found"), refused.getMessage());
  }

  private static Prompt ask(String picture, String question) {
    return new Prompt(
        UserMessage.builder()
            .text(question)
            .media(
                new Media(MimeTypeUtils.IMAGE_PNG, new ByteArrayResource(Samples.picture(picture))))
            .build());
  }
}
