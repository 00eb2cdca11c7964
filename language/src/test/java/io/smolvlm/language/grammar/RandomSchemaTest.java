package io.smolvlm.language.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.smolvlm.tensor.SmolVlmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Random schemas, random vocabularies, random scores: every answer holds its schema in the eyes of
/// a validator that shares no code with us.
class RandomSchemaTest {
  private static final int SCHEMAS = Integer.getInteger("smolvlm.schemas", 240);

  private final ObjectMapper json =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  @Test
  void everyAnswerHoldsItsSchema() throws Exception {
    long seed = Long.getLong("smolvlm.seed", System.nanoTime());
    System.out.println("RandomSchemaTest: -Dsmolvlm.seed=" + seed);
    var random = new Random(seed);
    var schemas = new RandomSchemas(random);
    TokenVocabulary tiny = Vocabularies.tiny();
    Map<String, Integer> refused = new HashMap<>();
    int answers = 0;
    int compiled = 0;
    while (compiled < SCHEMAS) {
      ObjectNode schema = schemas.next();
      JsonSchema ours;
      try {
        ours = JsonSchema.parse(schema.toString());
      } catch (SmolVlmException e) {
        refused.merge(e.getMessage().replaceAll("#\\S*", "#"), 1, Integer::sum);
        continue;
      }
      compiled++;
      TokenVocabulary vocabulary = random.nextInt(4) == 0 ? tiny : Vocabularies.random(random);
      answers += answers(schema, ours, vocabulary, random);
    }
    System.out.println("RandomSchemaTest: " + answers + " answers; refused " + refused);
    int total = refused.values().stream().mapToInt(Integer::intValue).sum();
    assertTrue(total < SCHEMAS, () -> "too many refused: " + refused);
  }

  private int answers(ObjectNode schema, JsonSchema ours, TokenVocabulary vocabulary, Random random)
      throws Exception {
    var config = SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
    var theirs =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema, config);
    AnswerGrammar grammar = ours.grammar(vocabulary);
    int least = grammar.minimumTokens();
    int count = 0;
    for (Answers.Mood mood : Answers.Mood.values()) {
      for (int more : List.of(0, random.nextInt(8), 20 + random.nextInt(100))) {
        String answer;
        try {
          answer = Answers.write(grammar, vocabulary, least + more, mood, random);
        } catch (Throwable t) {
          throw new AssertionError(mood + " +" + more + " of " + schema, t);
        }
        JsonNode value;
        try {
          value = json.readTree(answer);
        } catch (Exception e) {
          throw new AssertionError("no JSON: " + answer + " of " + schema, e);
        }
        assertEquals(
            List.of(),
            List.copyOf(theirs.validate(value)),
            () -> "answer " + answer + " of " + schema);
        count++;
      }
    }
    return count;
  }
}
