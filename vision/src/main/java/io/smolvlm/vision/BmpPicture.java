package io.smolvlm.vision;

import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;
import java.awt.image.Raster;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Reads BMP: palettes of 1, 4 and 8 bits, also run-length coded, and 16, 24 and 32 bits with or
/// without masks.
///
/// Headers and palette are read here; the decoder is given the pixels under a plain header, with a
/// palette of our own, so that it hands back samples as they are stored. 32-bit pictures have
/// opacity only where a mask says so, as in Pillow.
final class BmpPicture {
  private static final int FILE_HEADER_BYTES = 14;
  private static final int CORE_HEADER_BYTES = 12;
  private static final int RGB = 0;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int BIT_FIELDS = 3;
  private static final int ALPHA_BIT_FIELDS = 6;

  private final PictureFile file;
  private int headerBytes;
  private int width;
  private int height;
  private boolean fromTop;
  private int bits;
  private int compression;
  private int colours;
  private final int[] masks = new int[4];

  BmpPicture(PictureFile file) {
    this.file = file;
  }

  /// Reads no further than the declared size.
  void checkHeader() {
    readHeader();
  }

  RgbImage read() {
    readHeader();
    int pixels = pixelOffset();
    byte @Nullable [] palette = bits <= 8 ? readPalette(pixels) : null;
    Raster raster = Decoder.of(file, new BMPImageReaderSpi()).image(plain(pixels)).getRaster();
    int bands = palette != null ? 1 : masks[3] != 0 ? 4 : 3;
    if (raster.getWidth() != width
        || raster.getHeight() != height
        || raster.getNumBands() < bands) {
      throw file.corrupt("a BMP whose pixels are not what its header declares");
    }
    return palette != null ? fromPalette(raster, palette) : fromSamples(raster);
  }

  private void readHeader() {
    long declared = file.u32Little(FILE_HEADER_BYTES);
    boolean core = declared == CORE_HEADER_BYTES;
    if (!core && (declared < 40 || declared > 124)) {
      throw file.corrupt("a BMP with a header of %d bytes".formatted(declared));
    }
    headerBytes = (int) declared;
    file.need(FILE_HEADER_BYTES, headerBytes);
    int at = FILE_HEADER_BYTES + 4;
    long declaredWidth = core ? file.u16Little(at) : (int) file.u32Little(at);
    long declaredHeight = core ? file.u16Little(at + 2) : (int) file.u32Little(at + 4);
    fromTop = declaredHeight < 0;
    file.checkSize(declaredWidth, Math.abs(declaredHeight));
    width = (int) declaredWidth;
    height = (int) Math.abs(declaredHeight);
    bits = file.u16Little(core ? at + 6 : at + 10);
    long declaredCompression = core ? RGB : file.u32Little(at + 12);
    long declaredColours = core ? 0 : file.u32Little(at + 28);
    compression = checkedCompression(declaredCompression);
    if (bits <= 8) {
      if (declaredColours > 1 << bits) {
        throw file.corrupt("a BMP of %d bits with %d colours".formatted(bits, declaredColours));
      }
      colours = declaredColours == 0 ? 1 << bits : (int) declaredColours;
    }
    if (compression == BIT_FIELDS) {
      readMasks(declaredCompression == ALPHA_BIT_FIELDS || headerBytes >= 56 ? 4 : 3);
    }
  }

  private int checkedCompression(long declared) {
    if (declared == 4 || declared == 5) {
      throw file.unsupported("a BMP with a JPEG or PNG inside");
    }
    boolean known =
        switch ((int) Math.min(declared, Integer.MAX_VALUE)) {
          case RGB -> bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
          case RLE8 -> bits == 8 && !fromTop;
          case RLE4 -> bits == 4 && !fromTop;
          case BIT_FIELDS, ALPHA_BIT_FIELDS -> bits == 16 || bits == 32;
          default -> false;
        };
    if (!known) {
      throw file.corrupt("a BMP of %d bits in compression %d".formatted(bits, declared));
    }
    return declared == ALPHA_BIT_FIELDS ? BIT_FIELDS : (int) declared;
  }

  private void readMasks(int count) {
    for (int i = 0; i < count; i++) {
      masks[i] = (int) file.u32Little(FILE_HEADER_BYTES + 40 + 4 * i);
      int shifted = masks[i] >>> Integer.numberOfTrailingZeros(masks[i]);
      if ((i < 3 && masks[i] == 0) || (shifted & shifted + 1) != 0) {
        throw file.corrupt("a BMP with the colour mask %x".formatted(masks[i]));
      }
    }
  }

  private int pixelOffset() {
    long offset = file.u32Little(10);
    file.need(offset, 1);
    if (offset < FILE_HEADER_BYTES + headerBytes) {
      throw file.corrupt("a BMP whose pixels begin inside its header");
    }
    if (compression == RGB || compression == BIT_FIELDS) {
      long rowBytes = (((long) width * bits + 31) / 32) * 4;
      file.need(offset, rowBytes * height);
    }
    return (int) offset;
  }

  private byte[] readPalette(int pixels) {
    int entry = headerBytes == CORE_HEADER_BYTES ? 3 : 4;
    int from = FILE_HEADER_BYTES + headerBytes;
    int stored = Math.min(colours, (pixels - from) / entry);
    byte[] palette = new byte[3 * stored];
    for (int i = 0; i < stored; i++) {
      for (int c = 0; c < 3; c++) {
        palette[3 * i + c] = (byte) file.u8(from + entry * i + 2 - c);
      }
    }
    return palette;
  }

  private byte[] plain(int pixels) {
    boolean masked = compression == BIT_FIELDS;
    int header = masked ? 56 : 40;
    int palette = bits <= 8 ? 4 << bits : 0;
    int offset = FILE_HEADER_BYTES + header + palette;
    ByteBuffer out =
        ByteBuffer.allocate(offset + file.length() - pixels).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 'B').put((byte) 'M').putInt(out.capacity()).putInt(0).putInt(offset);
    out.putInt(header).putInt(width).putInt(fromTop ? -height : height);
    out.putShort((short) 1)
        .putShort((short) bits)
        .putInt(masked ? ALPHA_BIT_FIELDS : compression)
        .putInt(0);
    out.putInt(0).putInt(0).putInt(bits <= 8 ? 1 << bits : 0).putInt(0);
    if (masked) {
      for (int mask : masks) {
        out.putInt(mask);
      }
    }
    out.put(offset, file.bytes(), pixels, file.length() - pixels);
    return out.array();
  }

  private RgbImage fromPalette(Raster raster, byte[] palette) {
    byte[] rgb = new byte[width * height * 3];
    Samples samples = new Samples(raster);
    int[] row = samples.newRow();
    int o = 0;
    for (int y = 0; y < height; y++) {
      samples.read(y, row);
      for (int index : row) {
        for (int c = 0; c < 3; c++) {
          rgb[o++] = 3 * index < palette.length ? palette[3 * index + c] : 0;
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private RgbImage fromSamples(Raster raster) {
    int bands = raster.getNumBands();
    int[] most = new int[bands];
    for (int b = 0; b < bands; b++) {
      most[b] = (1 << raster.getSampleModel().getSampleSize(b)) - 1;
    }
    byte[] rgb = new byte[width * height * 3];
    Samples samples = new Samples(raster);
    int[] row = samples.newRow();
    int o = 0;
    for (int y = 0; y < height; y++) {
      samples.read(y, row);
      for (int i = 0; i < row.length; i += bands) {
        int alpha = masks[3] != 0 ? toByte(row[i + 3], most[3]) : 255;
        for (int c = 0; c < 3; c++) {
          rgb[o++] = White.over(toByte(row[i + c], most[c]), alpha);
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private static int toByte(int sample, int most) {
    return most == 255 ? sample : (int) ((long) (sample & most) * 255 / most);
  }
}
