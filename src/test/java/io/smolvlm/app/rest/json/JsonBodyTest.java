package io.smolvlm.app.rest.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonBodyTest {
  private static Fields read(String json) {
    return JsonBody.object(json.getBytes(StandardCharsets.UTF_8));
  }

  private static void refuses(String json) {
    refuses(ApiError.INVALID_JSON, json);
  }

  private static void refuses(ApiError error, String json) {
    ApiException e = assertThrows(ApiException.class, () -> read(json));
    assertEquals(error, e.error());
  }

  @Test
  void depthEndsAtItsCap() {
    // The body itself is the first level.
    String open = "[".repeat(JsonBody.DEPTH - 1);
    String close = "]".repeat(JsonBody.DEPTH - 1);
    read("{\"a\":" + open + close + "}");
    refuses(ApiError.INVALID_VALUE, "{\"a\":[" + open + close + "]}");
  }

  @Test
  void numbersEndAtTheirCap() {
    read("{\"a\":" + "9".repeat(JsonBody.NUMBER) + "}");
    refuses(ApiError.INVALID_VALUE, "{\"a\":" + "9".repeat(JsonBody.NUMBER + 1) + "}");
    refuses("{\"a\":1e999999999}");
  }

  @Test
  void valuesEndAtTheirCap() {
    read("{\"a\":[" + "0,".repeat(JsonBody.VALUES - 2) + "0]}");
    refuses("{\"a\":[" + "0,".repeat(JsonBody.VALUES - 1) + "0]}");
  }

  @Test
  void keyMayStandOnce() {
    refuses("{\"a\":1,\"a\":1}");
    refuses("{\"b\":{\"a\":1,\"a\":null}}");
  }

  @Test
  void onlyUtf8IsRead() {
    assertEquals("\u00e4\ud83d\ude00", read("{\"a\":\"\u00e4\ud83d\ude00\"}").needText("a"));
    for (byte[] bad :
        new byte[][] {
          {'{', '"', 'a', '"', ':', '"', (byte) 0xC0, (byte) 0x80, '"', '}'},
          {'{', '"', 'a', '"', ':', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', '}'},
          {'{', '"', 'a', '"', ':', '"', (byte) 0xFF, '"', '}'},
          "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE)
        }) {
      assertThrows(ApiException.class, () -> JsonBody.object(bad));
    }
    refuses("{\"a\":\"\\ud800\"}");
  }

  @Test
  void nullIsAbsentAndWholeNumbersMayHavePoints() {
    Fields fields = read("{\"a\":null,\"b\":3.0,\"c\":3.5}");
    assertEquals(true, fields.text("a").isEmpty());
    assertEquals(3, fields.integer("b", 0, 5).getAsLong());
    ApiException e = assertThrows(ApiException.class, () -> fields.integer("c", 0, 5));
    assertEquals("c", e.param());
  }

  @Test
  void whatNobodyAskedForIsUnknown() {
    Fields fields = read("{\"a\":1,\"b\":2}");
    fields.integer("a", 0, 5);
    assertEquals(java.util.List.of("b"), fields.unknown());
  }
}
