package io.smolvlm.vision;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/// Reads PNG.
///
/// Chunks are walked here. The decoder is given header and pixels, and for palette pictures a
/// palette of our own, so that it hands back the samples as they are stored; palette, transparency
/// and orientation are applied here.
///
/// Source: PNG specification, third edition (W3C, 2025).
final class PngPicture {
  private static final int GREY = 0;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int GREY_ALPHA = 4;
  private static final int RGB_ALPHA = 6;
  private static final int SIGNATURE_BYTES = 8;

  private final PictureFile file;
  private final ImageReader.Grey16 grey16;

  private int width;
  private int height;
  private int bits;
  private int colour;
  private byte[] palette = {};
  private byte[] transparency = {};
  private boolean transparent;
  private int orientation;
  private int xmpOrientation;
  private final ByteArrayOutputStream pixels = new ByteArrayOutputStream();

  PngPicture(PictureFile file, ImageReader.Grey16 grey16) {
    this.file = file;
    this.grey16 = grey16;
  }

  /// Reads no further than the declared size.
  void checkHeader() {
    readHeader();
  }

  RgbImage read() {
    readHeader();
    readChunks();
    if (pixels.size() == 0) {
      throw file.corrupt("a PNG without pixels");
    }
    if (colour == PALETTE && palette.length == 0) {
      throw file.corrupt("a PNG with palette colours but without a palette");
    }
    Raster raster =
        Decoder.ofJdk(file, "com.sun.imageio.plugins.png.PNGImageReaderSpi")
            .image(onlyPixels())
            .getRaster();
    if (raster.getNumBands() != channels()
        || raster.getWidth() != width
        || raster.getHeight() != height) {
      throw file.corrupt("a PNG whose pixels are not what its header declares");
    }
    return Orientation.apply(toRgb(raster), orientation != 0 ? orientation : xmpOrientation);
  }

  private void readHeader() {
    int at = SIGNATURE_BYTES;
    if (file.u32(at) != 13 || !file.has(at + 4, "IHDR")) {
      throw file.corrupt("a PNG that does not begin with its header");
    }
    file.need(at, 25);
    long declaredWidth = file.u32(at + 8);
    long declaredHeight = file.u32(at + 12);
    bits = file.u8(at + 16);
    colour = file.u8(at + 17);
    if (!legal(bits, colour)) {
      throw file.corrupt("a PNG of colour type %d with %d bits".formatted(colour, bits));
    }
    if (file.u8(at + 18) != 0 || file.u8(at + 19) != 0 || file.u8(at + 20) > 1) {
      throw file.corrupt(
          "a PNG with compression %d, filter %d, interlace %d"
              .formatted(file.u8(at + 18), file.u8(at + 19), file.u8(at + 20)));
    }
    checkSum(at, 13);
    file.checkSize(declaredWidth, declaredHeight);
    width = (int) declaredWidth;
    height = (int) declaredHeight;
  }

  private static boolean legal(int bits, int colour) {
    return switch (colour) {
      case GREY -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
      case PALETTE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
      case RGB, GREY_ALPHA, RGB_ALPHA -> bits == 8 || bits == 16;
      default -> false;
    };
  }

  private void readChunks() {
    int at = SIGNATURE_BYTES + 25;
    while (true) {
      boolean afterPixels = pixels.size() > 0;
      if (afterPixels && file.length() - at < 12) {
        return; // The end mark is cut off: nothing of the picture is.
      }
      long length = file.u32(at);
      file.need(at + 4, 4);
      String type = new String(file.bytes(), at + 4, 4, StandardCharsets.ISO_8859_1);
      if (afterPixels && !type.equals("IDAT") && length > file.length() - at - 12) {
        return;
      }
      file.need(at, length + 12);
      if (type.equals("IEND")) {
        return;
      }
      readChunk(type, at, (int) length);
      at += 12 + (int) length;
    }
  }

  private void readChunk(String type, int at, int length) {
    int data = at + 8;
    switch (type) {
      case "IDAT" -> {
        checkSum(at, length);
        pixels.write(file.bytes(), data, length);
      }
      case "PLTE" -> {
        checkSum(at, length);
        if (length == 0 || length % 3 != 0 || length > 768) {
          throw file.corrupt("a PNG with a palette of %d bytes".formatted(length));
        }
        palette = java.util.Arrays.copyOfRange(file.bytes(), data, data + length);
      }
      case "tRNS" -> {
        transparency = java.util.Arrays.copyOfRange(file.bytes(), data, data + length);
        transparent = true;
      }
      case "eXIf" -> orientation = Orientation.inExif(file.bytes(), data, data + length);
      case "iTXt" -> {
        // Not compressed: the keyword's end, two flags, language and translated keyword empty.
        if (file.has(data, "XML:com.adobe.xmp\0\0") && length > 22) {
          xmpOrientation = Orientation.inXmp(file.bytes(), data, data + length);
        }
      }
      default -> {
        if ((type.charAt(0) & 0x20) == 0) {
          throw file.corrupt("a PNG with a needed chunk that nobody knows");
        }
      }
    }
  }

  private void checkSum(int at, int length) {
    CRC32 crc = new CRC32();
    crc.update(file.bytes(), at + 4, length + 4);
    if (crc.getValue() != file.u32(at + 8 + length)) {
      throw file.corrupt("a PNG with a wrong checksum at byte %d".formatted(at));
    }
  }

  private byte[] onlyPixels() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(pixels.size() + 900);
    out.write(file.bytes(), 0, SIGNATURE_BYTES + 25);
    if (colour == PALETTE) {
      writeChunk(out, "PLTE", new byte[3 << bits]);
    }
    writeChunk(out, "IDAT", pixels.toByteArray());
    writeChunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static void writeChunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    writeInt(out, data.length);
    out.writeBytes(name);
    out.writeBytes(data);
    writeInt(out, (int) crc.getValue());
  }

  private static void writeInt(ByteArrayOutputStream out, int value) {
    out.write(value >>> 24);
    out.write(value >>> 16);
    out.write(value >>> 8);
    out.write(value);
  }

  private int channels() {
    return switch (colour) {
      case RGB -> 3;
      case GREY_ALPHA -> 2;
      case RGB_ALPHA -> 4;
      default -> 1;
    };
  }

  private RgbImage toRgb(Raster raster) {
    byte[] rgb = new byte[width * height * 3];
    int channels = channels();
    Samples samples = new Samples(raster);
    int[] row = samples.newRow();
    byte[] table = colour == PALETTE ? opaquePalette() : levels();
    for (int y = 0; y < height; y++) {
      samples.read(y, row);
      int o = y * width * 3;
      switch (colour) {
        case PALETTE -> paletteRow(row, table, rgb, o);
        case GREY, RGB -> opaqueRow(row, table, channels, rgb, o);
        default -> alphaRow(row, channels, rgb, o);
      }
    }
    return new RgbImage(width, height, rgb);
  }

  /// The palette with its transparent colours over white.
  private byte[] opaquePalette() {
    byte[] opaque = palette.clone();
    for (int i = 0; i < palette.length; i++) {
      int alpha = i / 3 < transparency.length ? transparency[i / 3] & 0xff : 255;
      opaque[i] = White.over(palette[i] & 0xff, alpha);
    }
    return opaque;
  }

  private void paletteRow(int[] row, byte[] opaque, byte[] rgb, int to) {
    int o = to;
    for (int index : row) {
      if (index * 3 >= opaque.length) {
        throw file.corrupt(
            "a PNG with colour %d of a palette of %d".formatted(index, opaque.length / 3));
      }
      rgb[o++] = opaque[index * 3];
      rgb[o++] = opaque[index * 3 + 1];
      rgb[o++] = opaque[index * 3 + 2];
    }
  }

  private void opaqueRow(int[] row, byte[] levels, int channels, byte[] rgb, int to) {
    int o = to;
    if (channels == 1) {
      for (int sample : row) {
        byte level = levels[sample];
        rgb[o++] = level;
        rgb[o++] = level;
        rgb[o++] = level;
      }
    } else {
      for (int sample : row) {
        rgb[o++] = levels[sample];
      }
    }
    if (transparent && transparency.length >= 2 * channels) {
      clearKey(row, channels, rgb, to);
    }
  }

  /// Turns pixels of the one transparent colour white.
  private void clearKey(int[] row, int channels, byte[] rgb, int to) {
    for (int x = 0; x < width; x++) {
      boolean clear = true;
      for (int c = 0; clear && c < channels; c++) {
        int key = (transparency[2 * c] & 0xff) << 8 | (transparency[2 * c + 1] & 0xff);
        clear = row[x * channels + c] == key;
      }
      if (clear) {
        java.util.Arrays.fill(rgb, to + 3 * x, to + 3 * x + 3, (byte) 255);
      }
    }
  }

  private void alphaRow(int[] row, int channels, byte[] rgb, int to) {
    int o = to;
    for (int i = 0; i < row.length; i += channels) {
      int alpha = highByte(row[i + channels - 1]);
      for (int c = 0; c < 3; c++) {
        rgb[o++] = White.over(highByte(row[channels == 2 ? i : i + c]), alpha);
      }
    }
  }

  /// What each stored sample becomes.
  private byte[] levels() {
    byte[] levels = new byte[1 << bits];
    boolean clipped = bits == 16 && colour == GREY && grey16 == ImageReader.Grey16.CLIPPED;
    for (int sample = 0; sample < levels.length; sample++) {
      int level = bits < 8 ? sample * 255 / (levels.length - 1) : highByte(sample);
      levels[sample] = (byte) (clipped ? Math.min(sample, 255) : level);
    }
    return levels;
  }

  private int highByte(int sample) {
    return bits == 16 ? sample >> 8 : sample;
  }
}
