package io.smolvlm.vision;

/// The arithmetic decoder of VP8: one bit at a time, each with the probability of being 0.
///
/// Source: RFC 6386, section 7.
final class Vp8Bits {
  private final byte[] bytes;
  private final int end;
  private int next;
  private int range = 254; // one less than the range of the specification
  private long value;
  private int bits = -8;
  private boolean pastEnd;

  /// @param end place behind the last byte
  Vp8Bits(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.next = from;
    this.end = end;
    load();
  }

  /// Whether more bits were asked for than there are; they were given as 0.
  boolean pastEnd() {
    return pastEnd;
  }

  private void load() {
    while (bits < 0) {
      int b = 0;
      if (next < end) {
        b = bytes[next++] & 0xff;
      } else {
        pastEnd = true;
      }
      value = value << 8 | b;
      bits += 8;
    }
  }

  /// @param probability of a 0, of 256
  int bit(int probability) {
    int split = (range * probability) >> 8;
    int bit = 0;
    if ((value >> bits) > split) {
      range -= split + 1;
      value -= (long) (split + 1) << bits;
      bit = 1;
    } else {
      range = split;
    }
    if (range < 127) {
      int shift = Integer.numberOfLeadingZeros(range + 1) - 24;
      range = ((range + 1) << shift) - 1;
      bits -= shift;
      if (bits < 0) {
        load();
      }
    }
    return bit;
  }

  boolean flag() {
    return bit(128) != 0;
  }

  int number(int width) {
    int number = 0;
    for (int i = 0; i < width; i++) {
      number = number << 1 | bit(128);
    }
    return number;
  }

  /// A number followed by its sign.
  int signed(int width) {
    int number = number(width);
    return flag() ? -number : number;
  }

  /// A signed number if a flag announces it, else 0.
  int optional(int width) {
    return flag() ? signed(width) : 0;
  }
}
