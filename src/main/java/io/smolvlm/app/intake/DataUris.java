package io.smolvlm.app.intake;

import io.smolvlm.app.intake.IntakeException.Reason;
import java.util.function.Supplier;

/// The bytes of a `data:` URI with base64 (RFC 2397, RFC 4648 section 4).
///
/// Strict: the alphabet with `+` and `/`, padding in full, unused bits zero, no blanks or line
/// ends. The size is known from the length, and refused when over the cap, before a byte is
/// decoded. The declared type is not looked at; the content decides.
final class DataUris {
  /// `data:image/png;charset=utf-8;base64` and the like; real ones have under 40 characters.
  private static final int MAX_HEADER = 256;

  private static final String MARK = ";base64";
  private static final byte[] VALUES = values();

  private DataUris() {}

  /// @param most bytes
  /// @param tooLarge for more bytes
  /// @throws IntakeException with [Reason#INVALID_BASE64], or that for more bytes
  static byte[] bytes(String uri, int most, Supplier<IntakeException> tooLarge) {
    int comma = uri.substring(0, Math.min(uri.length(), MAX_HEADER)).indexOf(',');
    if (comma < 0
        || !uri.regionMatches(true, 0, "data:", 0, 5)
        || !uri.regionMatches(true, comma - MARK.length(), MARK, 0, MARK.length())) {
      throw new IntakeException(Reason.INVALID_BASE64);
    }
    return decode(uri, comma + 1, most, tooLarge);
  }

  private static byte[] decode(
      String text, int from, int most, Supplier<IntakeException> tooLarge) {
    int length = text.length() - from;
    if (length % 4 != 0) {
      throw new IntakeException(Reason.INVALID_BASE64);
    }
    int padding = 0;
    while (padding < 2 && padding < length && text.charAt(text.length() - 1 - padding) == '=') {
      padding++;
    }
    int size = length / 4 * 3 - padding;
    if (size > most) {
      throw tooLarge.get();
    }
    byte[] bytes = new byte[size];
    int end = text.length() - padding;
    int bits = 0;
    int held = 0;
    int out = 0;
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      int value = c < VALUES.length ? VALUES[c] : -1;
      if (value < 0) {
        throw new IntakeException(Reason.INVALID_BASE64);
      }
      bits = bits << 6 | value;
      held += 6;
      if (held >= 8) {
        held -= 8;
        bytes[out++] = (byte) (bits >> held);
      }
    }
    if ((bits & (1 << held) - 1) != 0) {
      throw new IntakeException(Reason.INVALID_BASE64);
    }
    return bytes;
  }

  private static byte[] values() {
    byte[] values = new byte[128];
    java.util.Arrays.fill(values, (byte) -1);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < alphabet.length(); i++) {
      values[alphabet.charAt(i)] = (byte) i;
    }
    return values;
  }
}
