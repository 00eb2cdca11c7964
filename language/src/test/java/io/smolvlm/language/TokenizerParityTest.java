package io.smolvlm.language;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Texts to ids and back, whole and streamed, against the reference's tokenizer group. Exact.
class TokenizerParityTest {
  private static final Set<String> CASE_KEYS =
      Set.of("text", "ids", "decoded", "decoded_skip_special", "ids_49155", "ids_gpt2_class");
  private static final Set<String> STREAM_KEYS =
      Set.of("ids", "decoded", "chunks", "chunks_skip", "rest", "rest_skip");

  private static JsonNode fixture;
  private static Tokenizer vlm;
  private static Tokenizer v1;

  @BeforeAll
  static void read() throws IOException {
    fixture = TokenizerFixtures.cases("tokenizer");
    vlm = TokenizerFixtures.tokenizer("smolvlm_49280");
    v1 = TokenizerFixtures.tokenizer("smolvlm_49155");
  }

  @AfterAll
  static void close() {
    vlm.close();
    v1.close();
  }

  @Test
  void keysOfTheFixtureAreKnown() {
    assertTrue(
        Set.of("about", "gpt2_class_differs", "streams_about", "cases", "streams")
            .containsAll(fixture.propertyStream().map(java.util.Map.Entry::getKey).toList()));
    for (JsonNode c : fixture.get("cases")) {
      c.fieldNames().forEachRemaining(key -> assertTrue(CASE_KEYS.contains(key), key));
    }
    for (JsonNode c : fixture.get("streams")) {
      c.fieldNames().forEachRemaining(key -> assertTrue(STREAM_KEYS.contains(key), key));
    }
    assertTrue(fixture.get("cases").size() > 0 && fixture.get("streams").size() > 0);
  }

  @Test
  void textBecomesTheReferencesIds() {
    for (JsonNode c : fixture.get("cases")) {
      String text = c.get("text").textValue();
      int[] ids = TokenizerFixtures.ids(c.get("ids"));
      assertArrayEquals(ids, vlm.encode(text), text);
      int[] other = c.has("ids_49155") ? TokenizerFixtures.ids(c.get("ids_49155")) : ids;
      assertArrayEquals(other, v1.encode(text), text);
    }
  }

  @Test
  void idsBecomeTheReferencesText() {
    for (JsonNode c : fixture.get("cases")) {
      String text = c.get("text").textValue();
      String whole = c.has("decoded") ? c.get("decoded").textValue() : text;
      assertEquals(whole, vlm.decode(TokenizerFixtures.ids(c.get("ids"))));
      String shown =
          c.has("decoded_skip_special") ? c.get("decoded_skip_special").textValue() : whole;
      var detokenizer = new Detokenizer(vlm, true);
      var joined = new StringBuilder();
      for (int id : TokenizerFixtures.ids(c.get("ids"))) {
        joined.append(detokenizer.push(id));
      }
      assertEquals(shown, joined.append(detokenizer.finish()).toString());
      if (c.has("ids_49155")) {
        assertEquals(whole, v1.decode(TokenizerFixtures.ids(c.get("ids_49155"))));
      }
    }
  }

  @Test
  void streamsShowWhatTheReferenceShowsAfterEachId() {
    for (JsonNode c : fixture.get("streams")) {
      int[] ids = TokenizerFixtures.ids(c.get("ids"));
      assertEquals(c.get("decoded").textValue(), vlm.decode(ids));
      assertStream(ids, c.get("chunks"), c.get("rest"), false);
      assertStream(ids, c.get("chunks_skip"), c.get("rest_skip"), true);
    }
  }

  private static void assertStream(int[] ids, JsonNode chunks, JsonNode rest, boolean skip) {
    var detokenizer = new Detokenizer(vlm, skip);
    var shown = new StringBuilder();
    for (int i = 0; i < ids.length; i++) {
      String expected = chunks.get(i).isNull() ? "" : chunks.get(i).textValue();
      String got = detokenizer.push(ids[i]);
      assertEquals(expected, got, "chunk " + i + " of " + chunks);
      shown.append(got);
    }
    String end = detokenizer.finish();
    if (rest.isTextual()) {
      assertEquals(rest.textValue(), end);
    } else {
      assertEquals(rest.get("whole").textValue(), shown + end);
    }
  }

  @Test
  void eachTextAloneIsSpelledOutWhenPlain() {
    int image = vlm.addedId("<image>").orElseThrow();
    for (int id : vlm.encodePlain("<image><end_of_utterance><row_1_col_1>")) {
      assertTrue(!vlm.isSpecial(id));
    }
    assertArrayEquals(new int[] {image}, vlm.encode("<image>"));
  }
}
