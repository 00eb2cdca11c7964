package io.smolvlm.vision;

/// Guesses of VP8 blocks from the pixels above and to the left, before any smoothing.
///
/// Source: RFC 6386, sections 12.2 and 12.3; libwebp's `dec.c` for borders.
final class Vp8Prediction {
  static final int DC = 0;
  static final int TRUE_MOTION = 1;
  static final int VERTICAL = 2;
  static final int HORIZONTAL = 3;
  private static final int LEFT_DOWN = 4;
  private static final int RIGHT_DOWN = 5;
  private static final int VERTICAL_RIGHT = 6;
  private static final int VERTICAL_LEFT = 7;
  private static final int HORIZONTAL_DOWN = 8;

  /// Edge of a 4 x 4 block from the lower left over the corner to the upper right: `L K J I X A B C
  /// D E F G H` in the letters of the specification.
  private final int[] edge = new int[13];

  /// Guesses a whole macroblock's plane.
  ///
  /// @param size 16 for luma, 8 for chroma
  /// @param x of the upper left pixel; 0 means nothing to the left
  /// @param y of the upper left pixel; 0 means nothing above
  void block(Vp8Plane plane, int x, int y, int size, int mode) {
    byte[] pixels = plane.pixels();
    int stride = plane.stride();
    int at = plane.at(x, y);
    if (mode == DC) {
      fill(pixels, at, stride, size, average(pixels, at, stride, size, x > 0, y > 0));
      return;
    }
    int corner = pixels[at - stride - 1] & 0xff;
    for (int row = 0; row < size; row++) {
      int o = at + row * stride;
      int left = pixels[o - 1] & 0xff;
      for (int col = 0; col < size; col++) {
        int above = pixels[at - stride + col] & 0xff;
        pixels[o + col] =
            switch (mode) {
              case VERTICAL -> (byte) above;
              case HORIZONTAL -> (byte) left;
              default -> clip(left + above - corner);
            };
      }
    }
  }

  private static int average(
      byte[] pixels, int at, int stride, int size, boolean hasLeft, boolean hasAbove) {
    if (!hasLeft && !hasAbove) {
      return 128;
    }
    int sum = 0;
    int count = 0;
    if (hasAbove) {
      for (int i = 0; i < size; i++) {
        sum += pixels[at - stride + i] & 0xff;
      }
      count += size;
    }
    if (hasLeft) {
      for (int i = 0; i < size; i++) {
        sum += pixels[at + i * stride - 1] & 0xff;
      }
      count += size;
    }
    return (sum + count / 2) / count;
  }

  private static void fill(byte[] pixels, int at, int stride, int size, int value) {
    for (int row = 0; row < size; row++) {
      java.util.Arrays.fill(pixels, at + row * stride, at + row * stride + size, (byte) value);
    }
  }

  /// Guesses a 4 x 4 block of luma.
  ///
  /// @param upperRight index of the four pixels up and to the right
  void smallBlock(byte[] pixels, int at, int stride, int upperRight, int mode) {
    for (int i = 0; i < 4; i++) {
      edge[i] = pixels[at + (3 - i) * stride - 1] & 0xff;
      edge[5 + i] = pixels[at - stride + i] & 0xff;
      edge[9 + i] = pixels[upperRight + i] & 0xff;
    }
    edge[4] = pixels[at - stride - 1] & 0xff;
    if (mode == DC) {
      int sum = 4;
      for (int i = 0; i < 4; i++) {
        sum += edge[i] + edge[5 + i];
      }
      fill(pixels, at, stride, 4, sum >> 3);
      return;
    }
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 4; x++) {
        pixels[at + y * stride + x] = (byte) guess(mode, x, y);
      }
    }
  }

  private int guess(int mode, int x, int y) {
    return switch (mode) {
      case TRUE_MOTION -> Math.clamp(edge[3 - y] + edge[5 + x] - edge[4], 0, 255);
      case VERTICAL -> three(4 + x);
      // The lowest pixel has no neighbour below and counts twice.
      case HORIZONTAL -> y < 3 ? three(2 - y) : (edge[1] + 3 * edge[0] + 2) >> 2;
      case LEFT_DOWN -> x + y < 6 ? three(5 + x + y) : (edge[11] + 3 * edge[12] + 2) >> 2;
      case RIGHT_DOWN -> three(3 + x - y);
      case VERTICAL_RIGHT -> verticalRight(x, y);
      case VERTICAL_LEFT -> verticalLeft(x, y);
      case HORIZONTAL_DOWN -> horizontalDown(x, y);
      default -> horizontalUp(x, y);
    };
  }

  private int verticalRight(int x, int y) {
    int along = 2 * x - y;
    if (along < -1) {
      return three(along == -2 ? 2 : 1);
    }
    if (along == -1) {
      return three(3);
    }
    return (along & 1) == 0 ? two(4 + along / 2) : three(3 + (along + 1) / 2);
  }

  private int verticalLeft(int x, int y) {
    if (x == 3 && y >= 2) {
      return three(y == 2 ? 9 : 10);
    }
    int from = 5 + x + y / 2;
    return (y & 1) == 0 ? two(from) : three(from);
  }

  private int horizontalDown(int x, int y) {
    int along = 2 * y - x;
    if (along < -1) {
      return three(along == -2 ? 4 : 5);
    }
    if (along == -1) {
      return three(3);
    }
    return (along & 1) == 0 ? two(3 - along / 2) : three(3 - (along + 1) / 2);
  }

  private int horizontalUp(int x, int y) {
    int along = x + 2 * y;
    if (along > 5) {
      return edge[0];
    }
    if (along == 5) {
      return (edge[1] + 3 * edge[0] + 2) >> 2;
    }
    int from = 3 - along / 2;
    return (along & 1) == 0 ? two(from - 1) : three(from - 2);
  }

  /// Mean of two neighbours on the edge, from the given one on.
  private int two(int from) {
    return (edge[from] + edge[from + 1] + 1) >> 1;
  }

  /// Mean of three neighbours on the edge, the middle one twice, from the given one on.
  private int three(int from) {
    return (edge[from] + 2 * edge[from + 1] + edge[from + 2] + 2) >> 2;
  }

  private static byte clip(int value) {
    return (byte) Math.clamp(value, 0, 255);
  }
}
