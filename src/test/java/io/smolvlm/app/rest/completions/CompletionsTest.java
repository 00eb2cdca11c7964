package io.smolvlm.app.rest.completions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.smolvlm.app.rest.Service;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class CompletionsTest {
  @BeforeEach
  void ready() throws Exception {
    Service.awaitReady();
  }

  @Test
  void eachPromptIsContinued() throws Exception {
    JsonNode answer =
        Service.ok(
            Service.post(
                "/v1/completions",
                "{\"prompt\":[\"A purple\",\"From top\"],\"max_tokens\":3,\"ignore_eos\":true,\"echo\":true}"));
    assertTrue(answer.get("id").textValue().startsWith("cmpl-"));
    assertEquals("text_completion", answer.get("object").textValue());
    assertEquals(2, answer.get("choices").size());
    assertTrue(answer.at("/choices/0/text").textValue().startsWith("A purple"));
    assertEquals(1, answer.at("/choices/1/index").intValue());
    assertEquals("length", answer.at("/choices/0/finish_reason").textValue());
    assertEquals(6, answer.at("/usage/completion_tokens").intValue());
  }

  @Test
  void streamSaysTheSame() throws Exception {
    String body = "{\"prompt\":\"A purple\",\"max_tokens\":5";
    String whole =
        Service.ok(Service.post("/v1/completions", body + "}")).at("/choices/0/text").textValue();
    List<String> data = Service.data(Service.post("/v1/completions", body + ",\"stream\":true}"));
    assertEquals("[DONE]", data.getLast());
    var text = new StringBuilder();
    for (String chunk : data.subList(0, data.size() - 1)) {
      text.append(Service.JSON.readTree(chunk).at("/choices/0/text").textValue());
    }
    assertEquals(whole, text.toString());
  }

  @Test
  void tokensComeBackAsTheirText() throws Exception {
    JsonNode tokens =
        Service.ok(
            Service.post(
                "/tokenize",
                "{\"prompt\":\"A purple heart.<|im_end|>\",\"return_token_strs\":true}"));
    assertEquals(tokens.get("count").intValue(), tokens.get("tokens").size());
    assertEquals(tokens.get("count").intValue(), tokens.get("token_strs").size());
    JsonNode text =
        Service.ok(Service.post("/detokenize", "{\"tokens\":" + tokens.get("tokens") + "}"));
    assertEquals("A purple heart.<|im_end|>", text.get("prompt").textValue());
  }

  @Test
  void picturesCountAsTokens() throws Exception {
    String question = Service.question("heart.png", "What is this?", "");
    int counted =
        Service.ok(Service.post("/v1/chat/completions/input_tokens", question))
            .get("input_tokens")
            .intValue();
    JsonNode tokenized = Service.ok(Service.post("/tokenize", question));
    assertEquals(counted, tokenized.get("count").intValue());
    JsonNode plan =
        Service.ok(
            Service.post(
                "/v1/images/plan", "{\"images\":[\"" + Service.picture("heart.png") + "\"]}"));
    assertTrue(plan.get("tokens").intValue() > 0 && plan.get("tokens").intValue() < counted);
  }

  @Test
  void planFollowsTheBudget() throws Exception {
    String size = "{\"images\":[{\"width\":1000,\"height\":500}]";
    JsonNode usual = Service.ok(Service.post("/v1/images/plan", size + "}"));
    JsonNode one =
        Service.ok(
            Service.post(
                "/v1/images/plan",
                size + ",\"mm_processor_kwargs\":{\"do_image_splitting\":false}}"));
    assertEquals(1, one.at("/data/0/tiles").intValue());
    String small = "{\"images\":[{\"width\":90,\"height\":50}]";
    assertEquals(
        1,
        Service.ok(
                Service.post(
                    "/v1/images/plan", small + ",\"mm_processor_kwargs\":{\"enlarge\":false}}"))
            .at("/data/0/tiles")
            .intValue());
    assertTrue(
        Service.ok(Service.post("/v1/images/plan", small + "}")).at("/data/0/tiles").intValue()
            > 1);
    assertTrue(usual.get("tokens").intValue() >= one.get("tokens").intValue());
  }
}
