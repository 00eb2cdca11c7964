package io.smolvlm.tensor.ops;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A weight in blocks of 32 numbers with shared scales, laid out for kernels that read it once,
/// front to back.
///
/// A *panel* is 32 outputs. Its *blocks* of 32 inputs come three times: the levels of outputs 0 to
/// 15 of every block, then those of outputs 16 to 31, and the scales of every block, before the
/// levels in 8 bits and behind them in 4, as kernels come to need them. So a vector's lanes are
/// outputs, an input is one number broadcast to all of them, no sum runs across lanes, and each
/// pass of a kernel reads memory in order, which is what processors fetch ahead of. What is missing
/// at the right and bottom is stored as zeros.
///
/// [Format#INT8], `w = d q` with `|q|` at most 127, little-endian:
///
/// | of each block | what |
/// |---|---|
/// | twice 512 bytes | 8 x 16 words: word `o` of group `j` is the number `q0 + 2^8 q1 + 2^16 q2 + 2^24 q3` of output `o`, inputs `4j` to `4j + 3` |
/// | 64 bytes | 16 words: the float16 scale `d` of output `i` low, of output `i + 16` high |
///
/// [Format#INT4], `w = d q + m`:
///
/// | of each block | what |
/// |---|---|
/// | twice 256 bytes | 4 x 16 words: word `o` of group `j` holds 8 unsigned levels `q` of output `o`; inputs `8j, 8j + 2, 8j + 4, 8j + 6` in its low half, the odd ones between them in its high half |
/// | 64 bytes | scales `d` as above |
/// | 64 bytes | minima `m` likewise |
///
/// The words of 8 bits are sums, not four bytes side by side, so that a shift to the left gives a
/// level and 1/256 of its neighbour below, which is taken off the input once
/// ([io.smolvlm.tensor.kernel]), and no level has to be masked out.
///
/// Widths of vectors do not show in it: it is the same on every machine.
public final class PackedWeight implements LinearWeight {
  /// Version of what is described above, and of how numbers are rounded to it: copies of another
  /// one are not read.
  public static final int LAYOUT = 1;

  /// Outputs of a panel.
  public static final int PANEL = 32;

  /// Outputs whose levels lie together.
  public static final int HALF_PANEL = PANEL / 2;

  /// Inputs of a block.
  public static final int BLOCK = 32;

  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// How numbers are kept.
  public enum Format {
    /// 8.5 bits a number, the numbers of GGUF's Q8_0.
    INT8(512, 64),
    /// 5 bits a number, the numbers of GGUF's Q4_0 and Q4_1.
    INT4(256, 128);

    private final int halfBytes;
    private final int scaleBytes;

    Format(int halfBytes, int scaleBytes) {
      this.halfBytes = halfBytes;
      this.scaleBytes = scaleBytes;
    }

    /// Bytes of a block's levels for 16 outputs: how far they are from block to block.
    public int halfBytes() {
      return halfBytes;
    }

    /// Bytes of a block's scales, minima included: how far they are from block to block.
    public int scaleBytes() {
      return scaleBytes;
    }

    private int blockBytes() {
      return 2 * halfBytes + scaleBytes;
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

  /// Where the levels of a panel's output begin, from 0 to 31; those of the next block are
  /// [Format#halfBytes] further on, those of the next group of inputs 64.
  public long levelsAt(int panel, int output) {
    long first = format == Format.INT8 ? (long) blocks() * format.scaleBytes : 0;
    return panelAt(panel)
        + first
        + (long) (output / HALF_PANEL) * blocks() * format.halfBytes
        + 4L * (output % HALF_PANEL);
  }

  /// Where the scales of a panel's first block begin; those of the next are [Format#scaleBytes]
  /// further on, minima 64.
  public long scalesAt(int panel) {
    return panelAt(panel) + (format == Format.INT8 ? 0 : 2L * blocks() * format.halfBytes);
  }

  private long panelAt(int panel) {
    return (long) panel * blocks() * format.blockBytes();
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
    int o = row % PANEL;
    int k = i % BLOCK;
    long levels = levelsAt(row / PANEL, o) + (long) (i / BLOCK) * format.halfBytes;
    long scales = scalesAt(row / PANEL) + (long) (i / BLOCK) * format.scaleBytes;
    float scale = half(scales, o);
    return switch (format) {
      case INT8 -> scale * level8(data.get(WORD, levels + 64L * (k / 4)), k % 4);
      case INT4 -> {
        int shift = k % 8 / 2 * 4 + k % 2 * 16;
        int word = data.get(WORD, levels + 64L * (k / 8));
        yield scale * ((word >>> shift) & 15) + half(scales + 64, o);
      }
    };
  }

  /// Level `which` of four that were summed up in a word.
  private static int level8(int word, int which) {
    int level = 0;
    int rest = word;
    for (int k = 0; k <= which; k++) {
      level = (byte) rest;
      rest = (rest - level) >> 8;
    }
    return level;
  }

  private float half(long at, int o) {
    return Float.float16ToFloat(data.get(HALF, at + 4L * (o % 16) + 2L * (o / 16)));
  }

  @Override
  public String toString() {
    return "PackedWeight[" + format + ", " + out + ", " + in + "]";
  }
}
