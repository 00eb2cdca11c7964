package io.smolvlm.app.rest.multipart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smolvlm.app.rest.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MultipartTest {
  private static final String TYPE = "multipart/form-data; boundary=\"b\"";

  private static List<Part> read(String body) {
    return Multipart.read(body.getBytes(StandardCharsets.ISO_8859_1), TYPE);
  }

  @Test
  void partsKeepOrderAndBytes() {
    List<Part> parts =
        read(
            "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n--c\r\n\r\n--b\r\n"
                + "content-disposition: form-data; name=y; filename=\"../../p\\\"q.png\"\r\n"
                + "Content-Type: image/png\r\n\r\n\r\n--b--\r\n");
    assertEquals("x", parts.get(0).name());
    assertArrayEquals("\r\n--c\r\n".getBytes(StandardCharsets.US_ASCII), parts.get(0).content());
    assertEquals("p\"q.png", parts.get(1).fileName());
    assertEquals(0, parts.get(1).content().length);
  }

  @Test
  void formWithoutPartsIsEmpty() {
    assertEquals(List.of(), read("--b--\r\n"));
  }

  @Test
  void brokenFormsAreRefusedAndNothingElse() {
    String good = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nvalue\r\n--b--\r\n";
    for (int cut = 0; cut < good.length() - 4; cut++) {
      String body = good.substring(0, cut);
      assertThrows(ApiException.class, () -> read(body), "cut at " + cut);
    }
    var random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      char[] chars = good.toCharArray();
      chars[random.nextInt(chars.length)] = (char) random.nextInt(256);
      try {
        read(new String(chars));
      } catch (ApiException e) {
        // refused
      }
    }
    assertThrows(ApiException.class, () -> Multipart.read(new byte[0], "multipart/form-data"));
  }
}
