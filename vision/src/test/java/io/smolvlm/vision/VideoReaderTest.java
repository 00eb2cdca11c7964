package io.smolvlm.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Animations against what Pillow shows of them (`animations/make.py`).
class VideoReaderTest {
  /// Takes every frame of a short animation.
  private static final VideoSampling ALL = new VideoSampling(1000, 99);

  /// Pillow blends WebP frames without white below them, and rounds once more.
  private static final int BLENDED = 2;

  /// Frames are encoded with losses of their own; both decoders agree on those.
  private static byte[] bytes(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(VideoReaderTest.class.getResourceAsStream("animations/" + name))) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "disposal1.gif, 0",
    "disposal2.gif, 0",
    "disposal3.gif, 0",
    "lossless.webp, " + BLENDED,
    "lossy.webp, " + BLENDED
  })
  void framesAreWhatPillowShows(String name, int tolerance) throws IOException {
    Video video = new VideoReader(ImageLimits.DEFAULT, ALL).read(bytes(name), name);
    RgbImage strip = new ImageReader().read(bytes(name.replace('.', '-') + ".png"), name);
    assertEquals(strip.height(), video.total() * 24);
    assertEquals(video.total(), video.frames().size());
    for (int i = 0; i < video.total(); i++) {
      byte[] frame = video.frames().get(i).rgb();
      int worst = 0;
      for (int o = 0; o < frame.length; o++) {
        worst =
            Math.max(
                worst, Math.abs((frame[o] & 0xff) - (strip.rgb()[i * frame.length + o] & 0xff)));
      }
      assertTrue(worst <= tolerance, name + " frame " + i + " is off by " + worst);
    }
  }

  @Test
  void lengthsOfFramesMakeTheRate() throws IOException {
    Video gif = new VideoReader().read(bytes("disposal2.gif"), "a.gif");
    assertEquals(0.85, gif.seconds(), 1e-9, "a frame of no length counts as a tenth of a second");
    assertEquals(List.of(0), gif.indices());
    Video webp = new VideoReader().read(bytes("lossy.webp"), "a.webp");
    assertEquals(2.1, webp.seconds(), 1e-9);
    assertEquals(List.of(0, 5), webp.indices());
    assertEquals(5 / webp.framesPerSecond(), webp.second(1), 1e-9);
  }

  @Test
  void everyCutIsRefused() throws IOException {
    for (String name : List.of("disposal1.gif", "lossless.webp", "lossy.webp")) {
      byte[] whole = bytes(name);
      for (int length = 0; length < whole.length; length += 13) {
        byte[] cut = Arrays.copyOf(whole, length);
        var e =
            assertThrows(
                SmolVlmException.class,
                () -> new VideoReader(ImageLimits.DEFAULT, ALL).read(cut, name));
        assertTrue(e.getMessage().startsWith(name), e.getMessage());
      }
    }
  }

  @Test
  void whatIsNoAnimationIsRefused() throws IOException {
    for (byte[] other : List.of(bytes("lossy-webp.png"), "ftypisom".getBytes())) {
      var e =
          assertThrows(SmolVlmException.class, () -> new VideoReader().read(other, "movie.mp4"));
      assertEquals(ErrorCode.UNSUPPORTED, e.code());
      assertTrue(e.getMessage().contains("folder of frames"), e.getMessage());
    }
  }
}
