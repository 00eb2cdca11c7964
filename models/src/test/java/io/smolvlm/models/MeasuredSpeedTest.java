package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.tensor.torch.Bfloat16Speed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whether bfloat16 is fast is measured once and then remembered.
class MeasuredSpeedTest {
  private static final Bfloat16Speed FAST = new Bfloat16Speed(3, 1.5);
  private static final Bfloat16Speed SLOW = new Bfloat16Speed(3, 2.9);

  @TempDir Path cache;
  private int measured;

  private MeasuredSpeed speed(String asked, Bfloat16Speed found) {
    return new MeasuredSpeed(
        cache.resolve("speed"),
        asked,
        () -> {
          measured++;
          return found;
        });
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(cache.resolve("speed"))) {
      List<Path> all = files.toList();
      assertEquals(1, all.size(), all.toString());
      return all.getFirst();
    }
  }

  @Test
  void whatWasMeasuredIsRemembered() throws IOException {
    assertTrue(speed("auto", FAST).bfloat16Pays());
    assertTrue(speed("auto", SLOW).bfloat16Pays());
    assertEquals(1, measured);
    Files.delete(file());
    assertFalse(speed("auto", SLOW).bfloat16Pays());
    assertFalse(speed("auto", FAST).bfloat16Pays());
    assertEquals(2, measured);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "fast\n", "1.5"})
  void aDamagedFileIsMadeAgain(String content) throws IOException {
    speed("auto", SLOW).bfloat16Pays();
    Files.writeString(file(), content);
    assertTrue(speed("auto", FAST).bfloat16Pays());
    assertTrue(speed("auto", SLOW).bfloat16Pays());
    assertEquals(2, measured);
  }

  @Test
  void withoutAFolderItIsMeasuredEachTime() throws IOException {
    Files.createFile(cache.resolve("speed"));
    assertTrue(speed("auto", FAST).bfloat16Pays());
    assertFalse(speed("auto", SLOW).bfloat16Pays());
  }

  @Test
  void whereTheLibraryRefusesItIsOff() {
    var refusing = new Bfloat16Speed(3, Double.POSITIVE_INFINITY);
    assertFalse(speed("auto", refusing).bfloat16Pays());
    var refused = assertThrows(SmolVlmException.class, () -> speed("on", FAST).bfloat16Pays());
    assertEquals(ErrorCode.INVALID_VALUE, refused.code());
    assertEquals(
        "-Dsmolvlm.bfloat16: found on, but libtorch has no bfloat16 on this processor",
        refused.getMessage());
    assertEquals(1, measured);
  }

  @Test
  void whoeverSaysSoDecides() {
    assertFalse(speed("OFF", FAST).bfloat16Pays());
    assertEquals(0, measured);
    assertTrue(speed("on", SLOW).bfloat16Pays());
    var refused = assertThrows(SmolVlmException.class, () -> speed("yes", FAST).bfloat16Pays());
    assertEquals(ErrorCode.INVALID_VALUE, refused.code());
    assertEquals("-Dsmolvlm.bfloat16: found 'yes', allowed auto, on or off", refused.getMessage());
  }

  @Test
  void theLibraryCanBeMeasured() {
    Bfloat16Speed found = Bfloat16Speed.measure();
    assertTrue(found.float32Millis() > 0 && found.bfloat16Millis() > 0, found.toString());
    assertEquals(found.possible(), Double.isFinite(found.bfloat16Millis()));
  }
}
