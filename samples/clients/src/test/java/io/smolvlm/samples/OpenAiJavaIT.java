package io.smolvlm.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.models.Model;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseInputContent;
import com.openai.models.responses.ResponseInputImage;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseInputText;
import com.openai.models.responses.ResponseStreamEvent;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// openai-java: a picture and a question, the answer at once, in pieces, as an object, as a call.
@ExtendWith(PackagedService.class)
class OpenAiJavaIT {
  private static final String QUESTION = "Describe this image.";

  private final OpenAIClient client;

  OpenAiJavaIT(URI service) {
    client = OpenAIOkHttpClient.builder().baseUrl(service + "/v1").apiKey("none needed").build();
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void answersAQuestionAboutAPicture() {
    ChatCompletion answer = client.chat().completions().create(ask("scene.png", QUESTION).build());
    answer.validate(); // every key that OpenAI's service sends is there, of its type
    assertEquals(
        Samples.answer("scene.png", QUESTION),
        answer.choices().getFirst().message().content().orElseThrow());
    assertEquals(
        ChatCompletion.Choice.FinishReason.STOP, answer.choices().getFirst().finishReason());
    var usage = answer.usage().orElseThrow();
    assertEquals(usage.totalTokens(), usage.promptTokens() + usage.completionTokens());
  }

  @Test
  void streamsTheAnswer() {
    ChatCompletionCreateParams question =
        ask("scene.png", QUESTION)
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    var whole = ChatCompletionAccumulator.create();
    var text = new StringBuilder();
    try (StreamResponse<ChatCompletionChunk> pieces =
        client.chat().completions().createStreaming(question)) {
      pieces.stream()
          .peek(piece -> whole.accumulate(piece.validate()))
          .flatMap(piece -> piece.choices().stream())
          .forEach(choice -> text.append(choice.delta().content().orElse("")));
    }
    assertEquals(Samples.answer("scene.png", QUESTION), text.toString());
    ChatCompletion answer = whole.chatCompletion();
    assertEquals(text.toString(), answer.choices().getFirst().message().content().orElseThrow());
    assertTrue(answer.usage().orElseThrow().completionTokens() > 0);
  }

  /// What the answer must look like; openai-java makes a JSON schema of it.
  static class Purple {
    public Shape shape;

    /// The words of the answer, as the model knows them.
    enum Shape {
      heart,
      star,
      ring
    }
  }

  @Test
  void answersWithAnObjectOfTheClassAskedFor() {
    var question =
        ask("heart.png", "List the shapes as JSON.")
            .responseFormat(Purple.class)
            .maxCompletionTokens(100)
            .build();
    Purple purple =
        client.chat().completions().create(question).choices().stream()
            .flatMap(choice -> choice.message().content().stream())
            .findFirst()
            .orElseThrow();
    assertEquals(Purple.Shape.heart, purple.shape);
  }

  /// Openai-java describes the class to the model as a function `Weather`.
  static class Weather {
    public String city;
  }

  @Test
  void callsTheToolThatItMust() {
    ChatCompletionCreateParams question =
        ChatCompletionCreateParams.builder()
            .model(Samples.MODEL)
            .addUserMessage("What is the weather in Paris?")
            .addTool(Weather.class)
            .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
            .temperature(0)
            .maxCompletionTokens(100)
            .build();
    ChatCompletion.Choice choice =
        client.chat().completions().create(question).choices().getFirst();
    assertEquals(ChatCompletion.Choice.FinishReason.TOOL_CALLS, choice.finishReason());
    ChatCompletionMessageFunctionToolCall call =
        choice.message().toolCalls().orElseThrow().getFirst().asFunction();
    assertEquals("Weather", call.function().name());
    assertFalse(call.function().arguments(Weather.class).city == null);
  }

  @Test
  void streamsTheCallOfATool() {
    ChatCompletionCreateParams question =
        ChatCompletionCreateParams.builder()
            .model(Samples.MODEL)
            .addUserMessage("What is the weather in Paris?")
            .addTool(Weather.class)
            .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
            .temperature(0)
            .maxCompletionTokens(100)
            .build();
    var whole = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> pieces =
        client.chat().completions().createStreaming(question)) {
      pieces.stream().forEach(piece -> whole.accumulate(piece.validate()));
    }
    ChatCompletion.Choice choice = whole.chatCompletion().choices().getFirst();
    assertEquals(ChatCompletion.Choice.FinishReason.TOOL_CALLS, choice.finishReason());
    ChatCompletionMessageFunctionToolCall call =
        choice.message().toolCalls().orElseThrow().getFirst().asFunction();
    assertEquals("Weather", call.function().name());
    assertFalse(call.function().arguments(Weather.class).city == null);
  }

  @Test
  void answersThroughResponses() {
    Response response =
        client.responses().create(respond("heart.png", "Which color is the heart?"));
    response.validate();
    String text =
        response.output().stream()
            .flatMap(item -> item.message().stream())
            .flatMap(message -> message.content().stream())
            .flatMap(content -> content.outputText().stream())
            .map(output -> output.text())
            .collect(Collectors.joining());
    assertEquals(Samples.answer("heart.png", "Which color is the heart?"), text);
  }

  @Test
  void streamsThroughResponses() {
    var whole = ResponseAccumulator.create();
    var text = new StringBuilder();
    try (StreamResponse<ResponseStreamEvent> events =
        client
            .responses()
            .createStreaming(respond("heart.png", "Write a short caption for this picture."))) {
      events.stream()
          .peek(whole::accumulate)
          .flatMap(event -> event.outputTextDelta().stream())
          .forEach(delta -> text.append(delta.delta()));
    }
    assertEquals(
        Samples.answer("heart.png", "Write a short caption for this picture."), text.toString());
    assertEquals("completed", whole.response().status().orElseThrow().asString());
  }

  @Test
  void listsTheModel() {
    List<String> ids = client.models().list().data().stream().map(Model::id).toList();
    assertTrue(ids.contains(Samples.MODEL), ids.toString());
    assertEquals(Samples.MODEL, client.models().retrieve(Samples.MODEL).validate().id());
  }

  @Test
  void refusesWithTheClientsOwnExceptions() {
    ChatCompletionCreateParams otherModel =
        ask("heart.png", QUESTION).model("of-somebody-else").build();
    NotFoundException unknown =
        assertThrows(NotFoundException.class, () -> client.chat().completions().create(otherModel));
    assertEquals("model_not_found", unknown.code().orElseThrow());
    ChatCompletionCreateParams tooHot = ask("heart.png", QUESTION).temperature(9).build();
    BadRequestException refused =
        assertThrows(BadRequestException.class, () -> client.chat().completions().create(tooHot));
    assertEquals("temperature", refused.param().orElseThrow());
  }

  private static ChatCompletionCreateParams.Builder ask(String picture, String question) {
    var image =
        ChatCompletionContentPartImage.ImageUrl.builder().url(Samples.dataUri(picture)).build();
    return ChatCompletionCreateParams.builder()
        .model(Samples.MODEL)
        .temperature(0)
        .addUserMessageOfArrayOfContentParts(
            List.of(
                ChatCompletionContentPart.ofImageUrl(
                    ChatCompletionContentPartImage.builder().imageUrl(image).build()),
                ChatCompletionContentPart.ofText(
                    ChatCompletionContentPartText.builder().text(question).build())));
  }

  private static ResponseCreateParams respond(String picture, String question) {
    var message =
        EasyInputMessage.builder()
            .role(EasyInputMessage.Role.USER)
            .contentOfResponseInputMessageContentList(
                List.of(
                    ResponseInputContent.ofInputImage(
                        ResponseInputImage.builder()
                            .detail(ResponseInputImage.Detail.AUTO)
                            .imageUrl(Samples.dataUri(picture))
                            .build()),
                    ResponseInputContent.ofInputText(
                        ResponseInputText.builder().text(question).build())));
    return ResponseCreateParams.builder()
        .model(Samples.MODEL)
        .temperature(0)
        .inputOfResponse(List.of(ResponseInputItem.ofEasyInputMessage(message.build())))
        .build();
  }
}
