package io.smolvlm.vision;

/// Resizes pictures to the byte as Pillow 13 does: two passes, each with weights in 22-bit fixed
/// point, each rounded and clipped to bytes.
///
/// Which pass comes first changes bytes, since the first one clips. Pillow 13 does the columns
/// first when that saves more than twice what the rows would save, `height - newHeight > 2 * (width
/// - newWidth)`, and the rows first otherwise; releases before 12.2 always did the rows first.
///
/// Source: Pillow 13.0.0 `src/libImaging/Resample.c`.
public final class Resampler {
  private static final int FRACTION_BITS = 22;
  private static final int HALF = 1 << (FRACTION_BITS - 1);

  private Resampler() {}

  /// A picture of the new size; the same picture when the size does not change.
  ///
  /// @param width of the result, at least 1
  /// @param height of the result, at least 1
  public static RgbImage resize(RgbImage image, int width, int height, Filter filter) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("no picture of " + width + " x " + height);
    }
    boolean columnsFirst =
        height < image.height() && image.height() - height > 2 * (image.width() - width);
    return columnsFirst
        ? resizeRows(resizeColumns(image, height, filter), width, filter)
        : resizeColumns(resizeRows(image, width, filter), height, filter);
  }

  /// The horizontal pass: every row becomes `width` pixels long.
  private static RgbImage resizeRows(RgbImage image, int width, Filter filter) {
    if (width == image.width()) {
      return image;
    }
    Taps taps = Taps.of(image.width(), width, filter);
    byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(width, 3), image.height())];
    for (int y = 0; y < image.height(); y++) {
      resizeRow(image.rgb(), y * image.width() * 3, taps, out, y * width * 3);
    }
    return new RgbImage(width, image.height(), out);
  }

  private static void resizeRow(byte[] in, int inRow, Taps taps, byte[] out, int outRow) {
    int o = outRow;
    for (int x = 0; x < taps.size(); x++) {
      int red = HALF;
      int green = HALF;
      int blue = HALF;
      int i = inRow + taps.first(x) * 3;
      for (int k = taps.begin(x), end = taps.begin(x + 1); k < end; k++, i += 3) {
        int weight = taps.weights[k];
        red += weight * (in[i] & 0xff);
        green += weight * (in[i + 1] & 0xff);
        blue += weight * (in[i + 2] & 0xff);
      }
      out[o++] = clip(red);
      out[o++] = clip(green);
      out[o++] = clip(blue);
    }
  }

  /// The vertical pass: every column becomes `height` pixels high.
  private static RgbImage resizeColumns(RgbImage image, int height, Filter filter) {
    if (height == image.height()) {
      return image;
    }
    Taps taps = Taps.of(image.height(), height, filter);
    int rowBytes = image.width() * 3;
    byte[] out = new byte[Math.multiplyExact(rowBytes, height)];
    int[] sums = new int[rowBytes];
    for (int y = 0; y < height; y++) {
      java.util.Arrays.fill(sums, HALF);
      int row = taps.first(y);
      for (int k = taps.begin(y), end = taps.begin(y + 1); k < end; k++, row++) {
        addRow(image.rgb(), row * rowBytes, taps.weights[k], sums);
      }
      clipRow(sums, out, y * rowBytes);
    }
    return new RgbImage(image.width(), height, out);
  }

  private static void addRow(byte[] in, int from, int weight, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * (in[from + i] & 0xff);
    }
  }

  private static void clipRow(int[] sums, byte[] out, int to) {
    for (int i = 0; i < sums.length; i++) {
      out[to + i] = clip(sums[i]);
    }
  }

  private static byte clip(int sum) {
    return (byte) Math.clamp(sum >> FRACTION_BITS, 0, 255);
  }

  /// What each output position takes: `weights[begin(x) .. begin(x + 1))` times the input from
  /// position `first(x)` on.
  private static final class Taps {
    private final int[] first;
    private final int[] begin;
    final int[] weights;

    private Taps(int[] first, int[] begin, int[] weights) {
      this.first = first;
      this.begin = begin;
      this.weights = weights;
    }

    int size() {
      return first.length;
    }

    int first(int x) {
      return first[x];
    }

    int begin(int x) {
      return begin[x];
    }

    static Taps of(int from, int to, Filter filter) {
      double scale = (double) from / to;
      double stretch = Math.max(scale, 1);
      double support = filter.support() * stretch;
      int most = (int) Math.min(from, (long) Math.ceil(support) * 2 + 1);
      int[] first = new int[to];
      int[] begin = new int[to + 1];
      int[] weights = new int[Math.multiplyExact(to, most)];
      double[] exact = new double[most];
      int used = 0;
      for (int x = 0; x < to; x++) {
        double center = (x + 0.5) * scale;
        first[x] = Math.max((int) (center - support + 0.5), 0);
        int count = Math.min((int) (center + support + 0.5), from) - first[x];
        double sum = 0;
        for (int k = 0; k < count; k++) {
          exact[k] = filter.weight((k + first[x] - center + 0.5) * (1 / stretch));
          sum += exact[k];
        }
        for (int k = 0; k < count; k++) {
          double share = (sum == 0 ? exact[k] : exact[k] / sum) * (1 << FRACTION_BITS);
          weights[used++] = (int) (share < 0 ? share - 0.5 : share + 0.5);
        }
        begin[x + 1] = used;
      }
      return new Taps(first, begin, weights);
    }
  }
}
