package io.smolvlm.tensor.ops;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A weight in blocks of 32 numbers with shared scales, laid out for kernels that read it once,
/// front to back.
///
/// A *panel* is as many outputs as two vectors of the kernels have lanes. It holds the levels of
/// all its blocks of 32 inputs, block after block, and the scales of all blocks, before the levels
/// in 8 bits and behind them in 4, as kernels come to need them. So lanes are outputs, an input is
/// one number broadcast to all of them, no sum runs across lanes, and a kernel reads every line of
/// a panel in order, which is what processors fetch ahead of: where two vectors came from places of
/// their own, 4 bits were read from memory at half the speed (docs/log.md, "panels of two
/// vectors"). What is missing at the right and bottom is stored as zeros.
///
/// With `P` outputs a panel and little-endian numbers, [Format#INT8], `w = d q` with `|q|` at most
/// 127:
///
/// | of each block | what |
/// |---|---|
/// | 32 P bytes | 8 x P words: word `o` of group `j` is the number `q0 + 2^8 q1 + 2^16 q2 + 2^24 q3` of output `o`, inputs `4j` to `4j + 3` |
/// | 2 P bytes | P/2 words: the float16 scale `d` of output `i` low, of output `i + P/2` high |
///
/// [Format#INT4], `w = d q + m`:
///
/// | of each block | what |
/// |---|---|
/// | 16 P bytes | 4 x P words: word `o` of group `j` holds 8 unsigned levels `q` of output `o`; inputs `8j, 8j + 2, 8j + 4, 8j + 6` in its low half, the odd ones between them in its high half |
/// | 2 P bytes | scales `d` as above |
/// | 2 P bytes | minima `m` likewise |
///
/// The words of 8 bits are sums, not four bytes side by side, so that a shift to the left gives a
/// level and 1/256 of its neighbour below, which is taken off the input once
/// ([io.smolvlm.tensor.kernel]), and no level has to be masked out.
public final class PackedWeight implements LinearWeight {
  /// Version of what is described above, and of how numbers are rounded to it: copies of another
  /// one are not read.
  public static final int LAYOUT = 2;

  /// Inputs of a block.
  public static final int BLOCK = 32;

  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// How numbers are kept.
  public enum Format {
    /// 8.5 bits a number, the numbers of GGUF's Q8_0.
    INT8(8, 1),
    /// 5 bits a number, the numbers of GGUF's Q4_0 and Q4_1.
    INT4(4, 2);

    /// Words of a block's levels for each output.
    private final int groups;

    /// Float16 numbers of a block for each output: its scale, or scale and minimum.
    private final int factors;

    Format(int groups, int factors) {
      this.groups = groups;
      this.factors = factors;
    }

    private int blockBytes(int panel) {
      return (4 * groups + 2 * factors) * panel;
    }
  }

  private final Format format;
  private final int out;
  private final int in;
  private final int panel;
  private final MemorySegment data;

  /// @param panel outputs of a panel, an even number
  /// @param data [#bytes] of them, aligned as a [Matrix] is
  public PackedWeight(Format format, int out, int in, int panel, MemorySegment data) {
    if (panel < 2 || panel % 2 != 0 || data.byteSize() != bytes(format, out, in, panel)) {
      throw new IllegalArgumentException(
          "%d bytes for %s [%d, %d] in panels of %d"
              .formatted(data.byteSize(), format, out, in, panel));
    }
    this.format = format;
    this.out = out;
    this.in = in;
    this.panel = panel;
    this.data = data;
  }

  /// Bytes of a weight.
  public static long bytes(Format format, int out, int in, int panel) {
    return (long) Math.ceilDiv(out, panel) * blocks(in) * format.blockBytes(panel);
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

  /// Outputs of a panel.
  public int panel() {
    return panel;
  }

  public int panels() {
    return Math.ceilDiv(out, panel);
  }

  /// Blocks of each output.
  public int blocks() {
    return blocks(in);
  }

  public MemorySegment data() {
    return data;
  }

  /// Bytes from the levels of a block to those of the next.
  public int levelBytes() {
    return 4 * panel * format.groups;
  }

  /// Bytes from the scales of a block to those of the next.
  public int scaleBytes() {
    return 2 * panel * format.factors;
  }

  /// Where the levels of a panel's first block begin: `[groups, panel]` words; those of the next
  /// are [#levelBytes] further on.
  public long levelsAt(int index) {
    return panelAt(index) + (format == Format.INT8 ? (long) blocks() * scaleBytes() : 0);
  }

  /// Where the scales of a panel's first block begin: `[factors, panel / 2]` words; those of the
  /// next are [#scaleBytes] further on.
  public long scalesAt(int index) {
    return panelAt(index) + (format == Format.INT8 ? 0 : (long) blocks() * levelBytes());
  }

  private long panelAt(int index) {
    return (long) index * blocks() * format.blockBytes(panel);
  }

  /// Bytes from a block's levels to the word of an output.
  ///
  /// @param group of inputs; those of the next blocks follow
  /// @param output from 0 to `panel - 1`
  public int word(int group, int output) {
    return 4 * (group * panel + output);
  }

  /// Bytes from a block's scales to the float16 of an output.
  ///
  /// @param which 0 for the scale, 1 for the minimum
  /// @param output from 0 to `panel - 1`
  public int factor(int which, int output) {
    int half = panel / 2;
    return 2 * which * panel + 4 * (output % half) + 2 * (output / half);
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
    int o = row % panel;
    int k = i % BLOCK;
    long levels = levelsAt(row / panel) + (long) (i / BLOCK) * levelBytes();
    long scales = scalesAt(row / panel) + (long) (i / BLOCK) * scaleBytes();
    float scale = half(scales + factor(0, o));
    return switch (format) {
      case INT8 -> scale * level8(data.get(WORD, levels + word(k / 4, o)), k % 4);
      case INT4 -> {
        int shift = k % 8 / 2 * 4 + k % 2 * 16;
        yield scale * ((data.get(WORD, levels + word(k / 8, o)) >>> shift) & 15)
            + half(scales + factor(1, o));
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

  private float half(long at) {
    return Float.float16ToFloat(data.get(HALF, at));
  }

  @Override
  public String toString() {
    return "PackedWeight[" + format + ", " + out + ", " + in + "]";
  }
}
