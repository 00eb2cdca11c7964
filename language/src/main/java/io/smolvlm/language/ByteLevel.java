package io.smolvlm.language;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// The alphabet of byte-level vocabularies (GPT-2, `encoder.py`): every byte is written as one
/// printable character, so that tokens are strings. Printable Latin-1 stands for itself, the other
/// 68 bytes, in order, for U+0100 and up.
final class ByteLevel {
  /// Byte of each character below 0x144, -1 for none.
  private static final short[] BYTES = new short[0x144];

  static {
    java.util.Arrays.fill(BYTES, (short) -1);
    int next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      BYTES[printable ? b : next++] = (short) b;
    }
  }

  private ByteLevel() {}

  /// The bytes a token stands for. A string with a character outside the alphabet stands for its
  /// own UTF-8.
  static byte[] bytes(String token) {
    var out = new ByteArrayOutputStream(token.length());
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      out.write(BYTES[c]);
    }
    return out.toByteArray();
  }
}
