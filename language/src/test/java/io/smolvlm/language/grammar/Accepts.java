package io.smolvlm.language.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.nio.charset.StandardCharsets;

/// Asks a schema whether a whole text could be written, a byte a token.
final class Accepts {
  private final JsonGrammar grammar;

  Accepts(String schema) {
    grammar = new JsonGrammar(JsonSchema.parse(schema.replace('\'', '"')), Masks.BYTES);
  }

  /// Whether each byte may come and the end behind the last.
  boolean test(String text) {
    var mask = grammar.start(100_000);
    for (byte b : text.replace('\'', '"').getBytes(StandardCharsets.UTF_8)) {
      if (!Masks.permits(mask, b & 0xFF)) {
        return false;
      }
      mask.accept(b & 0xFF);
    }
    return Masks.permits(mask, 256);
  }

  Accepts yes(String... texts) {
    for (String text : texts) {
      assertTrue(test(text), text);
    }
    return this;
  }

  Accepts no(String... texts) {
    for (String text : texts) {
      assertFalse(test(text), text);
    }
    return this;
  }

  /// The schema is refused, and the message names all of `names`.
  static void refuses(String schema, String... names) {
    String json = schema.replace('\'', '"');
    var e = assertThrows(SmolVlmException.class, () -> JsonSchema.parse(json), json);
    assertEquals(ErrorCode.INVALID_VALUE, e.code());
    for (String name : names) {
      assertTrue(e.getMessage().contains(name), e.getMessage());
    }
  }
}
