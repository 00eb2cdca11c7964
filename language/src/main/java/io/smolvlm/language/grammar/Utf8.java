package io.smolvlm.language.grammar;

/// Which bytes texts are made of.
///
/// Characters of planes 4 to 11, which hold nothing, are never written: common vocabularies have no
/// tokens for the bytes F1 and F2 that would begin them.
final class Utf8 {
  /// The first code point that is never written, and the first after those.
  static final int GAP_START = 0x40000;

  static final int GAP_END = 0xC0000;

  private Utf8() {}

  /// Whether a vocabulary must have a token of this byte alone, so that every text can be
  /// completed.
  static boolean needed(int b) {
    return (b >= 0x20 && b < 0x7F)
        || (b >= 0x80 && b < 0xC0)
        || (b >= 0xC2 && b <= 0xF0)
        || b == 0xF3
        || b == 0xF4;
  }

  /// How many bytes follow this first byte; -1 if no character begins with it.
  static int following(int b) {
    if (b < 0x80) {
      return 0;
    }
    if (b < 0xC2 || b == 0xF1 || b == 0xF2 || b > 0xF4) {
      return -1;
    }
    return b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
  }

  /// How many bytes a code point takes.
  static int length(int codePoint) {
    return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }

  /// Whether a character may go on after a following byte.
  ///
  /// @param bits of the character so far
  /// @param missing bytes still to come
  static boolean goesOn(int bits, int missing) {
    return switch (missing) {
      case 2 -> bits >= 0x10 && bits < 0x110;
      case 1 -> bits >= 0x20 && (bits < 0x360 || bits > 0x37F);
      default -> true;
    };
  }

  /// The bits of a first byte.
  static int firstBits(int b, int following) {
    return following == 0 ? b : b & (0x3F >> following);
  }
}
