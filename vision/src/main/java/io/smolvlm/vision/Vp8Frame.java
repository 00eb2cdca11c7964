package io.smolvlm.vision;

import java.util.Arrays;

/// Decodes a VP8 key frame, the lossy pictures of WebP, to the byte as libwebp does.
///
/// Own code, because the decoder of TwelveMonkeys 3.12.0 strays from libwebp by 3 to 24 levels in
/// the mean, and by up to 160, on ordinary pictures. The whole frame is put together first and its
/// edges are smoothed afterwards, since predictions start from pixels that are not smoothed.
///
/// Source: RFC 6386.
final class Vp8Frame {
  private static final int FRAME_HEADER_BYTES = 10;
  private static final int SMALL_BLOCKS = 4;

  private final PictureFile file;
  private final int width;
  private final int height;
  private final int columns;
  private final int rows;
  private final Vp8Plane luma;
  private final Vp8Plane blueness;
  private final Vp8Plane redness;

  private final Vp8Bits modes;
  private final Vp8Header header;
  private final Vp8Bits[] parts;

  /// Modes of the 4 x 4 blocks above (four a macroblock) and to the left.
  private final int[] modesAbove;

  private final int[] modesLeft = new int[4];

  /// Whether the blocks above and to the left had coefficients: four of luma, two each of chroma,
  /// one of averages.
  private final int[][] filledAbove;

  private final int[] filledLeft = new int[9];

  /// What smoothing has to know of each macroblock.
  private final byte[] levels;

  private final boolean[] smoothInside;

  private final int[] smallModes = new int[16];
  private final int[] coefficients = new int[25 * 16];
  private final Vp8Prediction prediction = new Vp8Prediction();
  private final Vp8Transform transform = new Vp8Transform();

  /// @param data where the frame begins
  /// @param length of the frame in bytes
  Vp8Frame(PictureFile file, int data, int length, int width, int height) {
    this.file = file;
    this.width = width;
    this.height = height;
    this.columns = (width + 15) / 16;
    this.rows = (height + 15) / 16;
    int firstPart = data + FRAME_HEADER_BYTES;
    int firstBytes = file.u24Little(data) >> 5;
    int end = data + length;
    if (firstBytes > end - firstPart) {
      throw file.corrupt("a WebP whose first part has %d bytes".formatted(firstBytes));
    }
    this.modes = new Vp8Bits(file.bytes(), firstPart, firstPart + firstBytes);
    this.header = new Vp8Header(modes);
    this.parts = parts(firstPart + firstBytes, end);
    this.luma = new Vp8Plane(16 * columns, 16 * rows);
    this.blueness = new Vp8Plane(8 * columns, 8 * rows);
    this.redness = new Vp8Plane(8 * columns, 8 * rows);
    this.modesAbove = new int[4 * columns];
    this.filledAbove = new int[columns][9];
    this.levels = new byte[columns * rows];
    this.smoothInside = new boolean[columns * rows];
  }

  private Vp8Bits[] parts(int sizes, int end) {
    int from = sizes + 3 * (header.partitions - 1);
    if (from > end) {
      throw file.corrupt("a WebP whose parts are missing");
    }
    Vp8Bits[] all = new Vp8Bits[header.partitions];
    for (int i = 0; i < all.length; i++) {
      boolean last = i == all.length - 1;
      int to = last ? end : Math.min(end, from + file.u24Little(sizes + 3 * i));
      all[i] = new Vp8Bits(file.bytes(), from, to);
      from = to;
    }
    return all;
  }

  /// Red, green, blue of the whole frame, `[height, width, 3]`.
  byte[] read() {
    for (int row = 0; row < rows; row++) {
      Arrays.fill(modesLeft, Vp8Prediction.DC);
      Arrays.fill(filledLeft, 0);
      Vp8Bits part = parts[row % parts.length];
      for (int column = 0; column < columns; column++) {
        readMacroblock(column, row, part);
      }
      if (modes.pastEnd() || part.pastEnd()) {
        throw file.corrupt("a WebP whose pixels end early");
      }
    }
    if (header.filterLevel > 0) {
      smooth();
    }
    return new Vp8Colours(luma, blueness, redness, width, height).toRgb();
  }

  private void readMacroblock(int column, int row, Vp8Bits part) {
    int segment = 0;
    if (header.segmentMap) {
      int[] p = header.segmentProbabilities;
      segment = modes.bit(p[0]) == 0 ? modes.bit(p[1]) : 2 + modes.bit(p[2]);
    }
    boolean skip = header.skipProbability >= 0 && modes.bit(header.skipProbability) != 0;
    int mode = readLumaMode(column);
    int chromaMode = readChromaMode();
    boolean filled;
    if (skip) {
      filled = false;
      clearFilled(filledAbove[column], mode != SMALL_BLOCKS);
      clearFilled(filledLeft, mode != SMALL_BLOCKS);
    } else {
      filled = readCoefficients(column, segment, mode, part);
    }
    paint(column, row, mode, chromaMode, filled);
    int at = row * columns + column;
    levels[at] = (byte) header.filterLevel(segment, mode == SMALL_BLOCKS);
    smoothInside[at] = filled || mode == SMALL_BLOCKS;
  }

  private static void clearFilled(int[] filled, boolean averages) {
    Arrays.fill(filled, 0, averages ? 9 : 8, 0);
  }

  private int readLumaMode(int column) {
    if (modes.bit(145) != 0) {
      int mode =
          modes.bit(156) != 0
              ? modes.bit(128) != 0 ? Vp8Prediction.TRUE_MOTION : Vp8Prediction.HORIZONTAL
              : modes.bit(163) != 0 ? Vp8Prediction.VERTICAL : Vp8Prediction.DC;
      Arrays.fill(modesAbove, 4 * column, 4 * column + 4, mode);
      Arrays.fill(modesLeft, mode);
      return mode;
    }
    for (int y = 0; y < 4; y++) {
      int left = modesLeft[y];
      for (int x = 0; x < 4; x++) {
        left = readSmallMode(modesAbove[4 * column + x], left);
        modesAbove[4 * column + x] = left;
        smallModes[4 * y + x] = left;
      }
      modesLeft[y] = left;
    }
    return SMALL_BLOCKS;
  }

  /// Walks the tree of modes; the numbers are the places of the probabilities.
  private int readSmallMode(int above, int left) {
    if (branch(above, left, 0) == 0) {
      return 0;
    }
    if (branch(above, left, 1) == 0) {
      return 1;
    }
    if (branch(above, left, 2) == 0) {
      return 2;
    }
    if (branch(above, left, 3) == 0) {
      return branch(above, left, 4) == 0 ? 3 : 5 + branch(above, left, 5);
    }
    if (branch(above, left, 6) == 0) {
      return 4;
    }
    if (branch(above, left, 7) == 0) {
      return 7;
    }
    return 8 + branch(above, left, 8);
  }

  private int branch(int above, int left, int node) {
    return modes.bit(Vp8Tables.mode(above, left, node));
  }

  private int readChromaMode() {
    if (modes.bit(142) == 0) {
      return Vp8Prediction.DC;
    }
    if (modes.bit(114) == 0) {
      return Vp8Prediction.VERTICAL;
    }
    return modes.bit(183) != 0 ? Vp8Prediction.TRUE_MOTION : Vp8Prediction.HORIZONTAL;
  }

  /// Fills [#coefficients]: 16 blocks of luma, 4 each of chroma, one of averages.
  ///
  /// @return whether any is not 0
  private boolean readCoefficients(int column, int segment, int mode, Vp8Bits part) {
    Arrays.fill(coefficients, 0);
    int[] above = filledAbove[column];
    boolean any = false;
    int first = 0;
    int type = 3;
    if (mode != SMALL_BLOCKS) {
      int count =
          readBlock(part, 1, above[8] + filledLeft[8], header.lumaAverages[segment], 0, 24 * 16);
      above[8] = count > 0 ? 1 : 0;
      filledLeft[8] = above[8];
      transform.averages(Arrays.copyOfRange(coefficients, 24 * 16, 25 * 16), coefficients);
      first = 1;
      type = 0;
    }
    for (int i = 0; i < 16; i++) {
      any |= readBlock(part, type, i & 3, i >> 2, above, header.luma[segment], first, 16 * i);
    }
    for (int plane = 0; plane < 2; plane++) {
      int places = 4 + 2 * plane;
      for (int i = 0; i < 4; i++) {
        any |=
            readBlock(
                part,
                2,
                places + (i & 1),
                places + (i >> 1),
                above,
                header.chroma[segment],
                0,
                16 * (16 + 4 * plane + i));
      }
    }
    return any;
  }

  private boolean readBlock(
      Vp8Bits part, int type, int x, int y, int[] above, int[] steps, int first, int to) {
    int count = readBlock(part, type, above[x] + filledLeft[y], steps, first, to);
    above[x] = count > first ? 1 : 0;
    filledLeft[y] = above[x];
    return count > 1 || coefficients[to] != 0;
  }

  /// @return the place behind the last coefficient
  private int readBlock(Vp8Bits part, int type, int context, int[] steps, int first, int to) {
    int[] p = header.coefficients;
    int at = place(type, first, context);
    for (int n = first; n < 16; n++) {
      if (part.bit(p[at]) == 0) {
        return n;
      }
      while (part.bit(p[at + 1]) == 0) {
        n++;
        if (n == 16) {
          return 16;
        }
        at = place(type, n, 0);
      }
      int value;
      if (part.bit(p[at + 2]) == 0) {
        value = 1;
        at = place(type, n + 1, 1);
      } else {
        value = readLarge(part, p, at);
        at = place(type, n + 1, 2);
      }
      coefficients[to + Vp8Tables.zigzag(n)] =
          (part.flag() ? -value : value) * steps[n > 0 ? 1 : 0];
    }
    return 16;
  }

  private static int place(int type, int n, int context) {
    return ((type * 8 + Vp8Tables.band(n)) * 3 + context) * 11;
  }

  private static int readLarge(Vp8Bits part, int[] p, int at) {
    if (part.bit(p[at + 3]) == 0) {
      return part.bit(p[at + 4]) == 0 ? 2 : 3 + part.bit(p[at + 5]);
    }
    if (part.bit(p[at + 6]) == 0) {
      if (part.bit(p[at + 7]) == 0) {
        return 5 + part.bit(159);
      }
      int high = part.bit(165);
      return 7 + 2 * high + part.bit(145);
    }
    int high = part.bit(p[at + 8]);
    int kind = 2 * high + part.bit(p[at + 9 + high]);
    int value = 0;
    for (int probability : Vp8Tables.large(kind)) {
      value = 2 * value + part.bit(probability);
    }
    return value + 3 + (8 << kind);
  }

  private void paint(int column, int row, int mode, int chromaMode, boolean filled) {
    int x = 16 * column;
    int y = 16 * row;
    byte[] pixels = luma.pixels();
    int stride = luma.stride();
    if (mode == SMALL_BLOCKS) {
      int upperRight = luma.at(x + 16, y - 1);
      if (row > 0 && column == columns - 1) {
        Arrays.fill(pixels, upperRight, upperRight + 4, pixels[upperRight - 1]);
      }
      for (int i = 0; i < 16; i++) {
        int at = luma.at(x + 4 * (i & 3), y + 4 * (i >> 2));
        // All blocks of the right column look at the same pixels, in the macroblock above.
        int corner = (i & 3) == 3 ? upperRight : at - stride + 4;
        prediction.smallBlock(pixels, at, stride, corner, smallModes[i]);
        if (filled) {
          transform.add(coefficients, 16 * i, pixels, at, stride);
        }
      }
    } else {
      prediction.block(luma, x, y, 16, mode);
      if (filled) {
        for (int i = 0; i < 16; i++) {
          int at = luma.at(x + 4 * (i & 3), y + 4 * (i >> 2));
          transform.add(coefficients, 16 * i, pixels, at, stride);
        }
      }
    }
    paintChroma(blueness, x / 2, y / 2, chromaMode, filled, 16);
    paintChroma(redness, x / 2, y / 2, chromaMode, filled, 20);
  }

  private void paintChroma(Vp8Plane plane, int x, int y, int mode, boolean filled, int firstBlock) {
    prediction.block(plane, x, y, 8, mode);
    if (filled) {
      for (int i = 0; i < 4; i++) {
        int at = plane.at(x + 4 * (i & 1), y + 4 * (i >> 1));
        transform.add(coefficients, 16 * (firstBlock + i), plane.pixels(), at, plane.stride());
      }
    }
  }

  private void smooth() {
    Vp8Smoothing[] planes = {
      new Vp8Smoothing(luma.pixels()),
      new Vp8Smoothing(blueness.pixels()),
      new Vp8Smoothing(redness.pixels())
    };
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int level = levels[row * columns + column];
        if (level > 0) {
          boolean inside = smoothInside[row * columns + column];
          if (header.simpleFilter) {
            smoothSimply(planes[0], column, row, level, inside);
          } else {
            smoothPlane(planes[0], luma, 16, column, row, level, inside);
            smoothPlane(planes[1], blueness, 8, column, row, level, inside);
            smoothPlane(planes[2], redness, 8, column, row, level, inside);
          }
        }
      }
    }
  }

  private int innerLimit(int level) {
    int limit = level;
    if (header.sharpness > 0) {
      limit = Math.min(limit >> (header.sharpness > 4 ? 2 : 1), 9 - header.sharpness);
    }
    return Math.max(limit, 1);
  }

  private void smoothSimply(
      Vp8Smoothing smoothing, int column, int row, int level, boolean inside) {
    int limit = 2 * level + innerLimit(level);
    int at = luma.at(16 * column, 16 * row);
    int stride = luma.stride();
    if (column > 0) {
      smoothing.simple(at, 1, stride, 16, limit + 4);
    }
    for (int i = 4; inside && i < 16; i += 4) {
      smoothing.simple(at + i, 1, stride, 16, limit);
    }
    if (row > 0) {
      smoothing.simple(at, stride, 1, 16, limit + 4);
    }
    for (int i = 4; inside && i < 16; i += 4) {
      smoothing.simple(at + i * stride, stride, 1, 16, limit);
    }
  }

  private void smoothPlane(
      Vp8Smoothing smoothing,
      Vp8Plane plane,
      int size,
      int column,
      int row,
      int level,
      boolean inside) {
    int inner = innerLimit(level);
    smoothing.limits(2 * level + inner, inner, level >= 40 ? 2 : level >= 15 ? 1 : 0);
    int at = plane.at(size * column, size * row);
    int stride = plane.stride();
    if (column > 0) {
      smoothing.outer(at, 1, stride, size);
    }
    for (int i = 4; inside && i < size; i += 4) {
      smoothing.inner(at + i, 1, stride, size);
    }
    if (row > 0) {
      smoothing.outer(at, stride, 1, size);
    }
    for (int i = 4; inside && i < size; i += 4) {
      smoothing.inner(at + i * stride, stride, 1, size);
    }
  }
}
