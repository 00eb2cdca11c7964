package io.smolvlm.vision;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a camera was held: the EXIF orientation 1 to 8, found in metadata that may be damaged in any
/// way, and applied to pixels.
///
/// Source: EXIF 2.32, tag 274; XMP is looked at when EXIF says nothing, as Pillow does.
final class Orientation {
  private static final int TAG = 274;
  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([1-8])");

  private Orientation() {}

  /// The orientation in a TIFF block as EXIF has it, 0 if it holds none that makes sense. Only the
  /// first directory is looked at, so loops of directories do no harm.
  static int inExif(byte[] bytes, int from, int to) {
    if (to - from < 8) {
      return 0;
    }
    ByteBuffer tiff = ByteBuffer.wrap(bytes, from, to - from).slice();
    if (tiff.get(0) == 'I' && tiff.get(1) == 'I') {
      tiff.order(ByteOrder.LITTLE_ENDIAN);
    } else if (tiff.get(0) != 'M' || tiff.get(1) != 'M') {
      return 0;
    }
    long directory = tiff.getInt(4) & 0xffffffffL;
    if (directory > tiff.capacity() - 2) {
      return 0;
    }
    int entry = (int) directory + 2;
    for (int i = tiff.getShort(entry - 2) & 0xffff; i > 0; i--, entry += 12) {
      if (entry > tiff.capacity() - 12) {
        return 0;
      }
      if ((tiff.getShort(entry) & 0xffff) == TAG && tiff.getInt(entry + 4) == 1) {
        int value =
            switch (tiff.getShort(entry + 2)) {
              case BYTE -> tiff.get(entry + 8);
              case SHORT -> tiff.getShort(entry + 8);
              case LONG -> tiff.getInt(entry + 8);
              default -> 0;
            };
        return value >= 1 && value <= 8 ? value : 0;
      }
    }
    return 0;
  }

  /// The orientation in an XMP packet, 0 if it holds none that makes sense.
  static int inXmp(byte[] bytes, int from, int to) {
    Matcher matcher = XMP.matcher(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
    return matcher.find() ? matcher.group(1).charAt(0) - '0' : 0;
  }

  /// The picture as it was seen; the same picture for 0 and 1.
  static RgbImage apply(RgbImage image, int orientation) {
    if (orientation <= 1) {
      return image;
    }
    int width = image.width();
    int height = image.height();
    boolean turned = orientation >= 5;
    int newWidth = turned ? height : width;
    int newHeight = turned ? width : height;
    // Where the first pixel of the result lies in the source, and how far apart its neighbours are.
    boolean right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    boolean bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    int stepX = right ? -3 : 3;
    int stepY = bottom ? -3 * width : 3 * width;
    int start = ((bottom ? height - 1 : 0) * width + (right ? width - 1 : 0)) * 3;
    int alongRow = turned ? stepY : stepX;
    int alongColumn = turned ? stepX : stepY;
    byte[] in = image.rgb();
    byte[] out = new byte[in.length];
    int o = 0;
    for (int y = 0; y < newHeight; y++) {
      int i = start + y * alongColumn;
      for (int x = 0; x < newWidth; x++, i += alongRow) {
        out[o++] = in[i];
        out[o++] = in[i + 1];
        out[o++] = in[i + 2];
      }
    }
    return new RgbImage(newWidth, newHeight, out);
  }
}
