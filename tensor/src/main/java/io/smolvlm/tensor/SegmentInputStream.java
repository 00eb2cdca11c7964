package io.smolvlm.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Reads a segment from its first to its last byte.
final class SegmentInputStream extends InputStream {
  private final MemorySegment segment;
  private long at;

  SegmentInputStream(MemorySegment segment) {
    this.segment = segment;
  }

  @Override
  public int read() {
    return at == segment.byteSize() ? -1 : segment.get(JAVA_BYTE, at++) & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    int count = (int) Math.min(length, segment.byteSize() - at);
    if (count == 0 && length > 0) {
      return -1;
    }
    MemorySegment.copy(segment, JAVA_BYTE, at, target, offset, count);
    at += count;
    return count;
  }
}
