package io.smolvlm.vision.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageSelectionTest {
  private static List<Integer> of(String text, int total) {
    return PageSelection.parse(text).of(total, "a.pdf", 8);
  }

  @Test
  void pagesComeAsTheyAreNamed() {
    assertEquals(List.of(1, 2, 3), PageSelection.ALL.of(3, "a.pdf", 3));
    assertEquals(List.of(1, 3, 4), of("1,3-4", 4));
    assertEquals(List.of(4, 1, 2), of(" 4 , 1-2", 9));
    assertEquals(List.of(2, 2), of("2,2-2", 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "0", "2-1", "1-", "-3", "all", "1;2", "1,", "9999999999", "١"})
  void anythingElseIsRefusedWithWhatIsAllowed(String text) {
    var e = assertThrows(SmolVlmException.class, () -> PageSelection.parse(text));
    assertEquals(ErrorCode.INVALID_VALUE, e.code());
    assertTrue(e.getMessage().startsWith("pages: found '"), e.getMessage());
    assertTrue(e.getMessage().contains("1,3-4"), e.getMessage());
  }

  @Test
  void pagesThatAreNotThereAreRefusedWithThoseThatAre() {
    var e = assertThrows(SmolVlmException.class, () -> of("1,3", 2));
    assertEquals(ErrorCode.INVALID_VALUE, e.code());
    assertEquals("a.pdf: pages: found 3, allowed 1 to 2", e.getMessage());
  }

  @Test
  void capIsKeptToThePage() {
    assertEquals(8, of("1-8", 20).size());
    assertEquals(8, PageSelection.ALL.of(8, "a.pdf", 8).size());
    assertEquals(9, assertThrows(TooManyPagesException.class, () -> of("1-4,8-12", 20)).pages());
    var e = assertThrows(TooManyPagesException.class, () -> of("1-999999999", 999_999_999));
    assertEquals(ErrorCode.LIMIT, e.code());
    assertTrue(e.getMessage().contains("found 999999999, allowed 8"), e.getMessage());
  }
}
