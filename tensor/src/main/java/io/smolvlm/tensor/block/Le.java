package io.smolvlm.tensor.block;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Little-endian fields at any alignment, as every format here stores them.
final class Le {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Decoded numbers, in native order.
  static final ValueLayout.OfFloat OUT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private Le() {}

  static float half(MemorySegment from, long at) {
    return Float.float16ToFloat(from.get(SHORT, at));
  }

  static void putHalf(MemorySegment to, long at, float value) {
    to.set(SHORT, at, Float.floatToFloat16(value));
  }

  static int ubyte(MemorySegment from, long at) {
    return from.get(JAVA_BYTE, at) & 0xFF;
  }

  static int sbyte(MemorySegment from, long at) {
    return from.get(JAVA_BYTE, at);
  }

  static void putByte(MemorySegment to, long at, int value) {
    to.set(JAVA_BYTE, at, (byte) value);
  }
}
