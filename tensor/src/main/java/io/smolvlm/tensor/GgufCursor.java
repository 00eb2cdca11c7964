package io.smolvlm.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// A position inside a GGUF file: every step forward is checked against the bytes that are left.
final class GgufCursor {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private final MemorySegment bytes;
  private long at;

  GgufCursor(String file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  long position() {
    return at;
  }

  long left() {
    return bytes.byteSize() - at;
  }

  /// The next bytes, without copying them.
  ///
  /// @param length unsigned: the numbers of the file are
  MemorySegment take(long length, String part) {
    if (length < 0 || length > left()) {
      throw failure(
          ErrorCode.CORRUPT,
          part,
          "a length of " + Long.toUnsignedString(length) + " bytes",
          "at most the " + left() + " that are left");
    }
    MemorySegment taken = bytes.asSlice(at, length);
    at += length;
    return taken;
  }

  int int32(String part) {
    return take(Integer.BYTES, part).get(INT, 0);
  }

  long int64(String part) {
    return take(Long.BYTES, part).get(LONG, 0);
  }

  /// A count of things that each need at least `smallest` bytes.
  long count(int smallest, String part) {
    long count = int64(part);
    if (count < 0 || count > left() / smallest) {
      throw failure(
          ErrorCode.CORRUPT,
          part,
          Long.toUnsignedString(count),
          "no more than fit into the " + left() + " bytes that are left");
    }
    return count;
  }

  /// A string with its length of 8 bytes before it.
  String string(String part, int most) {
    long length = int64(part);
    if (length > most && length <= left()) {
      throw failure(ErrorCode.LIMIT, part, length + " bytes", "at most " + most);
    }
    return text(take(length, part), part);
  }

  private String text(MemorySegment segment, String part) {
    return text(file, segment, part);
  }

  /// Strict UTF-8.
  static String text(String file, MemorySegment segment, String part) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(segment.toArray(ValueLayout.JAVA_BYTE)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new FormatException(ErrorCode.CORRUPT, file, part, "bytes that are not UTF-8", "UTF-8");
    }
  }

  FormatException failure(ErrorCode code, String part, String found, String needed) {
    return new FormatException(code, file, StrictJson.shorten(part), found, needed);
  }
}
