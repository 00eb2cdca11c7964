package io.smolvlm.language.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/// The schemas among the service's bad inputs, and schemas meant to take for ever.
class BadSchemaTest {
  private final ObjectMapper json = new ObjectMapper();

  @Test
  void schemasOfTheManifestAreRefusedInTime() throws IOException {
    Path inputs = Path.of(System.getProperty("smolvlm.badInputs"));
    int seen = 0;
    for (JsonNode entry : json.readTree(inputs.resolve("manifest-api.json").toFile())) {
      String id = entry.path("id").asText();
      if (!entry.has("file") || !(id.startsWith("api/schema-") || id.startsWith("api/tools-"))) {
        continue;
      }
      JsonNode request =
          json.readTree(Files.readAllBytes(inputs.resolve(entry.get("file").asText())));
      JsonNode schema = request.at("/response_format/json_schema/schema");
      boolean tool = schema.isMissingNode();
      if (tool) {
        schema = request.at("/tools/0/function/parameters");
      }
      if (schema.isMissingNode() || !entry.toString().contains("invalid_schema")) {
        continue;
      }
      seen++;
      String text = schema.toString();
      boolean refused =
          Assertions.assertTimeoutPreemptively(
              Duration.ofSeconds(entry.at("/limits/seconds").asInt()), () -> refused(text, tool));
      boolean mayPass = entry.path("accept").toString().contains("200");
      assertTrue(refused || mayPass, id);
    }
    assertTrue(seen > 15, "only " + seen + " schemas found");
  }

  private static boolean refused(String schema, boolean tool) {
    try {
      JsonSchema compiled =
          tool ? JsonSchema.calls(Map.of("f", schema), 1, "<", ">") : JsonSchema.parse(schema);
      AnswerGrammar grammar = compiled.grammar(Masks.BYTES);
      int least = grammar.minimumTokens();
      if (least < 1000) {
        Answers.write(grammar, Masks.BYTES, least + 20, Answers.Mood.ANY, new Random(1));
      }
      return false;
    } catch (SmolVlmException e) {
      assertEquals(ErrorCode.INVALID_VALUE, e.code());
      return true;
    }
  }

  @Test
  void schemasMeantToTakeForEverDoNot() {
    String deep = "{\"a\":".repeat(5000) + "1" + "}".repeat(5000);
    String doubling = "{\"type\":\"null\"}";
    for (int i = 0; i < 15; i++) {
      doubling = "{\"allOf\":[" + doubling + "," + doubling + "]}";
    }
    var defs = new StringBuilder("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
    for (int i = 0; i < 60; i++) {
      String next = "{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}";
      defs.append("\"d" + i + "\":{\"anyOf\":[" + next + "," + next + "]},");
    }
    defs.append("\"d60\":{\"type\":\"null\"}}}");
    var product = new StringBuilder("{\"allOf\":[");
    for (int i = 0; i < 20; i++) {
      product
          .append(i == 0 ? "" : ",")
          .append("{\"anyOf\":[{\"minLength\":" + i + "},{\"maxLength\":" + (100 - i) + "}]}");
    }
    product.append("]}");
    String patterns =
        "{\"type\":\"string\",\"allOf\":["
            + "{\"pattern\":\"a.{11}$\"},{\"pattern\":\"b.{10}$\"},{\"pattern\":\"c.{9}$\"}]}";
    String long_ = "{\"type\":\"string\",\"minLength\":2000000000,\"pattern\":\"^a*$\"}";
    String many =
        "{\"type\":\"object\",\"properties\":{"
            + "\"p\":{\"type\":\"null\"},".repeat(1)
            + names(5000)
            + "}}";
    for (String schema :
        List.of(
            deep,
            doubling,
            defs.toString(),
            product.toString(),
            patterns,
            long_,
            many,
            "{\"enum\":[" + "[".repeat(70) + "]".repeat(70) + "]}",
            "{\"const\":1e999999999}",
            "{\"minimum\":-1e-999999999}",
            "{\"pattern\":\"" + "(".repeat(9000) + "\"}",
            "{\"pattern\":\"" + "(a?){1000}".repeat(20) + "\"}",
            "{\"pattern\":\"" + "((((a+)+)+)+)+".repeat(4) + "\"}")) {
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(10), () -> refused(schema, false), () -> schema.substring(0, 60));
    }
  }

  private static String names(int count) {
    var out = new StringBuilder();
    for (int i = 0; i < count; i++) {
      out.append(i == 0 ? "" : ",").append("\"n" + i + "\":{\"type\":\"integer\"}");
    }
    return out.toString();
  }
}
