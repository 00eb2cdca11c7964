package io.smolvlm.language.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.tools.Tool;
import io.smolvlm.language.tools.ToolCalls;
import io.smolvlm.language.tools.ToolGrammar;
import io.smolvlm.tensor.SmolVlmException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ForcedCallsTest {
  private static final Tool WEATHER =
      new Tool(
          "weather",
          Map.of(),
          "{\"type\":\"object\",\"properties\":{\"city\":{\"$ref\":\"#/$defs/c\"}},"
              + "\"required\":[\"city\"],\"$defs\":{\"c\":{\"enum\":[\"Bern\",\"Rome\"]}}}");
  private static final Tool ANY = new Tool("any-1", Map.of(), "{}");

  @Test
  void whateverTheScoresTheAnswerIsCalls() {
    var random = new Random(3);
    TokenVocabulary vocabulary = Vocabularies.random(random);
    AnswerGrammar grammar = ToolGrammar.forced(List.of(WEATHER, ANY), 2, vocabulary);
    for (int i = 0; i < 40; i++) {
      var mood = Answers.Mood.values()[i % 4];
      String text =
          Answers.write(grammar, vocabulary, grammar.minimumTokens() + i * 3, mood, random).strip();
      var reader = new ToolCalls();
      var pieces = reader.push(text);
      assertEquals(List.of(), reader.finish(), text);
      assertTrue(!pieces.isEmpty() && pieces.size() <= 2, text);
      for (var piece : pieces) {
        var call = assertInstanceOf(ToolCalls.Piece.Call.class, piece, text).call();
        assertTrue(Set.of("weather", "any-1").contains(call.name()), text);
        assertTrue(
            call.name().equals("any-1") || call.arguments().matches("(?s).*\"(Bern|Rome)\".*"),
            text);
      }
    }
  }

  @Test
  void parametersThatAreNoSchemaAreRefusedByTool() {
    Tool bad = new Tool("bad", Map.of(), "{\"properties\":{\"a\":{\"not\":{}}}}");
    var e = assertThrows(SmolVlmException.class, () -> ToolGrammar.schema(List.of(ANY, bad), 1));
    assertTrue(e.getMessage().contains("not at bad#/properties/a"), e.getMessage());
    assertThrows(SmolVlmException.class, () -> ToolGrammar.schema(List.of(ANY, ANY), 1));
  }
}
