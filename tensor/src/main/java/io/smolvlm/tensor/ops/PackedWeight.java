package io.smolvlm.tensor.ops;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A weight in blocks of 32 numbers with shared scales, laid out for kernels that read it once,
/// front to back.
///
/// A *panel* is 32 outputs; a panel's *blocks* of 32 inputs follow each other, each for all 32
/// outputs. So a vector's lanes are outputs, an input is one number broadcast to all of them, and
/// no sum runs across lanes. What is missing at the right and bottom is stored as zeros.
///
/// A block of [Format#INT8], `w = d q`, little-endian:
///
/// | bytes | what |
/// |---|---|
/// | 0 to 1023 | 8 x 32 words: word `o` of group `j` holds the signed bytes `q` of output `o`, inputs `4j` to `4j + 3`, the first lowest |
/// | 1024 to 1087 | 16 words: the float16 scale `d` of output `i` low, of output `i + 16` high |
///
/// A block of [Format#INT4], `w = d q + m`:
///
/// | bytes | what |
/// |---|---|
/// | 0 to 511 | 4 x 32 words: word `o` of group `j` holds 8 unsigned levels `q` of output `o`; inputs `8j, 8j + 2, 8j + 4, 8j + 6` in its low half, the odd ones between them in its high half |
/// | 512 to 575 | scales `d` as above |
/// | 576 to 639 | minima `m` likewise |
///
/// Widths of vectors do not show in it: it is the same on every machine.
public final class PackedWeight implements LinearWeight {
  /// Outputs of a panel.
  public static final int PANEL = 32;

  /// Inputs of a block.
  public static final int BLOCK = 32;

  static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// How numbers are kept.
  public enum Format {
    /// 8.5 bits a number, the numbers of GGUF's Q8_0.
    INT8(1024, 1),
    /// 5 bits a number, the numbers of GGUF's Q4_0 and Q4_1.
    INT4(512, 2);

    private final int levelBytes;
    private final int scales;

    Format(int levelBytes, int scales) {
      this.levelBytes = levelBytes;
      this.scales = scales;
    }

    /// Bytes of a block of a panel.
    public int blockBytes() {
      return levelBytes + scales * 2 * PANEL;
    }

    /// Where the scales of a block begin.
    public int scalesAt() {
      return levelBytes;
    }
  }

  private final Format format;
  private final int out;
  private final int in;
  private final MemorySegment data;

  /// @param data [#bytes] of them, aligned as a [Matrix] is
  public PackedWeight(Format format, int out, int in, MemorySegment data) {
    if (data.byteSize() != bytes(format, out, in)) {
      throw new IllegalArgumentException(
          data.byteSize() + " bytes for " + format + " [" + out + ", " + in + "]");
    }
    this.format = format;
    this.out = out;
    this.in = in;
    this.data = data;
  }

  /// Bytes of a weight.
  public static long bytes(Format format, int out, int in) {
    return (long) panels(out) * blocks(in) * format.blockBytes();
  }

  private static int panels(int out) {
    return Math.ceilDiv(out, PANEL);
  }

  private static int blocks(int in) {
    return Math.ceilDiv(in, BLOCK);
  }

  public Format format() {
    return format;
  }

  @Override
  public int in() {
    return in;
  }

  @Override
  public int out() {
    return out;
  }

  public int panels() {
    return panels(out);
  }

  /// Blocks of each output.
  public int blocks() {
    return blocks(in);
  }

  public MemorySegment data() {
    return data;
  }

  /// Where a panel's block begins.
  public long blockAt(int panel, int block) {
    return ((long) panel * blocks() + block) * format.blockBytes();
  }

  /// The numbers that it stands for.
  ///
  /// @param target `[to - from, in]`, receives rows `from` to `to`
  public void unpack(int from, int to, Matrix target) {
    for (int row = from; row < to; row++) {
      for (int i = 0; i < in; i++) {
        target.set(row - from, i, get(row, i));
      }
    }
  }

  private float get(int row, int i) {
    long at = blockAt(row / PANEL, i / BLOCK);
    int o = row % PANEL;
    int k = i % BLOCK;
    float scale = half(at + format.scalesAt(), o);
    return switch (format) {
      case INT8 -> scale * data.get(ValueLayout.JAVA_BYTE, at + 128L * (k / 4) + 4L * o + k % 4);
      case INT4 -> {
        int shift = k % 8 / 2 * 4 + k % 2 * 16;
        int word = data.get(ValueLayout.JAVA_INT_UNALIGNED, at + 128L * (k / 8) + 4L * o);
        yield scale * ((word >>> shift) & 15) + half(at + format.scalesAt() + 2 * PANEL, o);
      }
    };
  }

  private float half(long at, int o) {
    return Float.float16ToFloat(data.get(HALF, at + 4L * (o % 16) + 2L * (o / 16)));
  }

  @Override
  public String toString() {
    return "PackedWeight[" + format + ", " + out + ", " + in + "]";
  }
}
