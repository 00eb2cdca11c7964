package io.smolvlm.language.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.Sampler;
import io.smolvlm.language.SamplingParameters;
import io.smolvlm.language.TokenMask;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GrammarMaskTest {
  private static AnswerGrammar grammar(String schema) {
    return JsonSchema.parse(schema.replace('\'', '"')).grammar(Masks.BYTES);
  }

  private static void accept(TokenMask mask, String text) {
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      mask.accept(b & 0xFF);
    }
  }

  @Test
  void theEndMayComeExactlyWhenTheTextIsComplete() {
    TokenMask mask = grammar("{'type':'integer'}").start(10);
    assertFalse(Masks.permits(mask, 256));
    accept(mask, "-");
    assertFalse(Masks.permits(mask, 256));
    accept(mask, "1");
    assertTrue(Masks.permits(mask, 256));
    assertTrue(Masks.permits(mask, '5'));
    mask.accept(256);
    assertTrue(Masks.permits(mask, 256));
    assertFalse(Masks.permits(mask, '5'));
  }

  @Test
  void tokensToCloseAreKeptBack() {
    AnswerGrammar grammar = grammar("{'type':'array','items':{'type':'string'}}");
    assertEquals(3, grammar.minimumTokens());
    TokenMask mask = grammar.start(6);
    accept(mask, "[\"");
    // Four are left: a character, a quote, a bracket, the end.
    assertTrue(Masks.permits(mask, 'a'));
    accept(mask, "a");
    assertFalse(Masks.permits(mask, 'a'));
    assertTrue(Masks.permits(mask, '"'));
    accept(mask, "\"");
    assertFalse(Masks.permits(mask, ','));
    accept(mask, "]");
    assertTrue(Masks.permits(mask, 256));
  }

  @Test
  void fewerTokensThanTheShortestAnswerAreRefused() {
    AnswerGrammar grammar =
        grammar("{'type':'object','properties':{'ab':{'type':'null'}},'required':['ab']}");
    int least = "{\"ab\":null}".length() + 1;
    assertEquals(least, grammar.minimumTokens());
    var e = assertThrows(SmolVlmException.class, () -> grammar.start(least - 1));
    assertEquals(ErrorCode.INVALID_VALUE, e.code());
    assertTrue(e.getMessage().contains("max_tokens"));
  }

  @Test
  void aTokenRuledOutIsNotAccepted() {
    TokenMask mask = grammar("{'type':'null'}").start(10);
    assertThrows(IllegalArgumentException.class, () -> mask.accept('x'));
    assertThrows(
        IllegalArgumentException.class, () -> grammar("{'type':'null'}").start(10).accept(256));
  }

  @Test
  void fixedTextsCountTheirTokens() {
    TokenVocabulary full = Vocabularies.full();
    var schema =
        JsonSchema.parse(
            "{\"type\":\"object\",\"properties\":{\"description\":{\"type\":\"string\"}},"
                + "\"required\":[\"description\"]}");
    assertTrue(schema.grammar(full).minimumTokens() <= 9);
  }

  @Test
  void aModelThatStopsHalfwayThroughACharacterGoesOn() {
    TokenMask mask = grammar("{'type':'string'}").start(20);
    mask.accept('"');
    mask.accept(0xE2);
    assertFalse(Masks.permits(mask, '"'));
    assertTrue(Masks.permits(mask, 0x82));
  }

  @Test
  void controlTokensAndTokensOfOtherModelsNeverCome() {
    byte[][] tokens = new byte[300][];
    for (int id = 0; id < tokens.length; id++) {
      tokens[id] = id < 256 ? new byte[] {(byte) id} : new byte[0];
    }
    var vocabulary = TokenVocabulary.of(tokens, Set.of(256, 299));
    TokenMask mask = JsonSchema.parse("{\"type\":\"string\"}").grammar(vocabulary).start(9);
    mask.accept('"');
    float[] scores = new float[310];
    mask.apply(scores);
    for (int id = 256; id < scores.length; id++) {
      assertEquals(Float.NEGATIVE_INFINITY, scores[id]);
    }
    mask.accept('"');
    scores = new float[310];
    mask.apply(scores);
    assertEquals(0, scores[256]);
    assertEquals(0, scores[299]);
    assertEquals(Float.NEGATIVE_INFINITY, scores['"']);
  }

  @Test
  void vocabulariesThatCannotSpellAreRefused() {
    byte[][] tokens = {{'a'}, {}};
    var e = assertThrows(SmolVlmException.class, () -> TokenVocabulary.of(tokens, Set.of(1)));
    assertEquals(ErrorCode.UNSUPPORTED, e.code());
  }

  @Test
  void theSamplerWritesUnderTheMask() {
    for (var parameters :
        List.of(
            SamplingParameters.GREEDY,
            SamplingParameters.GREEDY.withTemperature(1).withTopP(0.9f))) {
      AnswerGrammar grammar =
          grammar("{'type':'object','properties':{'a':{'type':'integer'}},'required':['a']}");
      var sampler = new Sampler(parameters, 257, new int[0], java.util.Map.of(), grammar.start(30));
      var random = new Random(5);
      var text = new StringBuilder();
      for (int i = 0; i < 30; i++) {
        float[] scores = new float[257];
        for (int k = 0; k < scores.length; k++) {
          scores[k] = random.nextFloat();
        }
        int id = sampler.next(scores);
        if (id == 256) {
          break;
        }
        text.append((char) id);
      }
      assertTrue(
          text.toString().strip().matches("(?s)\\{\\s*\"a\": ?-?\\d+\\s*}"), text.toString());
    }
  }
}
