package io.smolvlm.language;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RopeScalingTest {
  /// Bits of what `ROPE_INIT_FUNCTIONS["llama3"]` of transformers 5.23 gives for theta 500,000,
  /// heads of 128, factor 8, low 1, high 4, 8192 positions.
  private static final int[] LLAMA_31 = {
    0x3f800000, 0x3f508ac1, 0x3f29e1c6, 0x3f0a6384, 0x3ee177bc, 0x3eb7ab7d, 0x3e959ee3, 0x3e73c461,
    0x3e4693b0, 0x3e21c3a0, 0x3e03c6a0, 0x3dd6b19c, 0x3daee4ad, 0x3d8e7898, 0x3d681e67, 0x3d3d1684,
    0x3d1a08c8, 0x3cfaf53f, 0x3ccc6f49, 0x3ca68939, 0x3c87a9c3, 0x3c5d06ec, 0x3c340d6d, 0x3c12ac7f,
    0x3beef74f, 0x3bc2aa76, 0x3b9e9402, 0x3b812e35, 0x3b527720, 0x3b0dfd06, 0x3ab3d11d, 0x3a60979e,
    0x3a0995d2, 0x39a3f108, 0x393b2dd2, 0x38c86886, 0x38a3418d, 0x3884fdbf, 0x3858ac81, 0x38308199,
    0x380fc8f8, 0x37ea426f, 0x37bed4f4, 0x379b7475, 0x377d45c3, 0x374e51f5, 0x3728126b, 0x3708ea0f,
    0x36df10c4, 0x36b5b687, 0x369406cb, 0x36712b80, 0x36447610, 0x36200a69, 0x36025f34, 0x35d46808,
    0x35ad07a7, 0x358cf400, 0x3565a54d, 0x353b12c7, 0x351864a7, 0x34f848c2, 0x34ca41b0, 0x34a4c2ff
  };

  /// The same for theta 10,000, heads of 32, factor 32, low 1.5, high 6, 64 positions.
  private static final int[] SMALL = {
    0x3f800000, 0x3f078750, 0x3e02189f, 0x3c8f29ce, 0x3b4ccccd, 0x3ae655c2, 0x3a8186e3, 0x3a11ad39,
    0x39a3d70a, 0x3938449c, 0x38cf3e38, 0x38691528, 0x3803126f, 0x37936a16, 0x3725cb60, 0x36ba7753
  };

  private static TextConfig config(int headDim, double theta, RopeScaling scaling) {
    return new TextConfig(100, headDim, 16, 1, 1, 1, headDim, 1000, theta, 1e-5f, true, scaling);
  }

  private static void assertIsReferences(int[] bits, TextConfig config) {
    float[] scaled = config.ropeScaling().scaled(Rope.frequencies(config));
    assertEquals(bits.length, scaled.length);
    for (int j = 0; j < bits.length; j++) {
      float needed = Float.intBitsToFloat(bits[j]);
      // Powers may differ in the last bit; where shares are mixed, the difference grows some times.
      assertEquals(needed, scaled[j], needed * 2e-6f, "pair " + j);
    }
  }

  @Test
  void llama3FrequenciesAreTheReferences() {
    assertIsReferences(LLAMA_31, config(128, 5e5, new RopeScaling.Llama3(8, 1, 4, 8192)));
    assertIsReferences(SMALL, config(32, 1e4, new RopeScaling.Llama3(32, 1.5, 6, 64)));
  }

  @Test
  void divisorsDivide() {
    var scaling = new RopeScaling.Divided(List.of(1f, 4f));
    assertArrayEquals(new float[] {1, 0.125f}, scaled(scaling, 1, 0.5f));
    assertArrayEquals(new float[] {1, 0.5f}, scaled(new RopeScaling.None(), 1, 0.5f));
  }

  private static float[] scaled(RopeScaling scaling, float... frequencies) {
    return scaling.scaled(frequencies);
  }

  @Test
  void tablesAreMadeOfTheScaledFrequencies() {
    var scaling = new RopeScaling.Divided(Collections.nCopies(16, 2f));
    try (var plain = new Rope(config(32, 1e4, new RopeScaling.None()));
        var halved = new Rope(config(32, 1e4, scaling))) {
      plain.reach(4);
      halved.reach(8);
      for (int j = 0; j < 16; j++) {
        assertEquals(plain.cos().get(3, j), halved.cos().get(6, j), 1e-6f);
      }
    }
  }

  @Test
  void contradictingNumbersAreRefused() {
    for (var make :
        List.<Runnable>of(
            () -> new RopeScaling.Llama3(0.5, 1, 4, 8192),
            () -> new RopeScaling.Llama3(8, 4, 4, 8192),
            () -> new RopeScaling.Llama3(8, 0, 4, 8192),
            () -> new RopeScaling.Llama3(8, 1, 4, 0),
            () -> config(32, 1e4, new RopeScaling.Divided(List.of(1f))))) {
      assertEquals(ErrorCode.MISMATCH, assertThrows(SmolVlmException.class, make::run).code());
    }
  }
}
