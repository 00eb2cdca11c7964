package io.smolvlm.vision;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Reads the first frame of a GIF on its canvas.
///
/// Blocks are walked here up to the first frame; the decoder is given that frame alone, with a
/// palette of 256 places, so that it hands back palette places. What the frame does not cover is
/// transparent if the frame has a transparent colour, and else has the first colour, as Pillow
/// shows it. A frame that sticks out makes the canvas larger.
///
/// Source: GIF89a specification; Pillow 13.0.0 `GifImagePlugin.py`.
final class GifPicture {
  private static final int EXTENSION = 0x21;
  private static final int FRAME = 0x2c;
  private static final int END = 0x3b;
  private static final int GRAPHIC_CONTROL = 0xf9;

  private final PictureFile file;
  private byte[] palette = {};
  private int transparentColour = -1;

  GifPicture(PictureFile file) {
    this.file = file;
  }

  /// Reads no further than the declared sizes.
  void checkHeader() {
    int frame = findFrame();
    file.checkSize(file.u16Little(frame + 5), file.u16Little(frame + 7));
  }

  RgbImage read() {
    int frame = findFrame();
    return readFrame(frame, file.u16Little(6), file.u16Little(8));
  }

  /// The place of the first frame.
  private int findFrame() {
    file.checkSize(file.u16Little(6), file.u16Little(8));
    int at = readPalette(file.u8(10), 13);
    while (true) {
      int block = file.u8(at);
      switch (block) {
        case EXTENSION -> {
          if (file.u8(at + 1) == GRAPHIC_CONTROL && file.u8(at + 2) >= 4) {
            boolean transparent = (file.u8(at + 3) & 1) != 0;
            transparentColour = transparent ? file.u8(at + 6) : -1;
          }
          at = endOfBlocks(at + 2);
        }
        case FRAME -> {
          return at;
        }
        case END -> throw file.corrupt("a GIF without a picture");
        default -> throw file.corrupt("a GIF with an unknown block %x".formatted(block));
      }
    }
  }

  /// Reads a palette if the flags announce one.
  ///
  /// @return the place behind it
  private int readPalette(int flags, int at) {
    if ((flags & 0x80) == 0) {
      return at;
    }
    int length = 3 << ((flags & 7) + 1);
    file.need(at, length);
    palette = java.util.Arrays.copyOfRange(file.bytes(), at, at + length);
    return at + length;
  }

  /// The place behind a chain of data blocks and its end mark.
  private int endOfBlocks(int from) {
    int at = from;
    while (file.u8(at) != 0) {
      at += 1 + file.u8(at);
    }
    return at + 1;
  }

  private RgbImage readFrame(int at, int canvasWidth, int canvasHeight) {
    int left = file.u16Little(at + 1);
    int top = file.u16Little(at + 3);
    int frameWidth = file.u16Little(at + 5);
    int frameHeight = file.u16Little(at + 7);
    file.checkSize(frameWidth, frameHeight);
    int width = Math.max(canvasWidth, left + frameWidth);
    int height = Math.max(canvasHeight, top + frameHeight);
    file.checkSize(width, height);
    int flags = file.u8(at + 9);
    int data = readPalette(flags, at + 10);
    if (palette.length == 0) {
      throw file.corrupt("a GIF without a palette");
    }
    int end = endOfBlocks(data + 1);
    Raster raster = raster(file, frameWidth, frameHeight, flags & 0x40, data, end);
    byte[] rgb = new byte[width * height * 3];
    if (frameWidth < width || frameHeight < height) {
      fill(rgb, transparentColour >= 0 ? transparentColour : 0);
    }
    Samples samples = new Samples(raster);
    int[] row = samples.newRow();
    for (int y = 0; y < frameHeight; y++) {
      samples.read(y, row);
      int o = ((top + y) * width + left) * 3;
      for (int x = 0; x < frameWidth; x++, o += 3) {
        paint(row[x], rgb, o);
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private void fill(byte[] rgb, int colour) {
    for (int o = 0; o < rgb.length; o += 3) {
      paint(colour, rgb, o);
    }
  }

  /// Colours that the palette lacks are black.
  private void paint(int colour, byte[] rgb, int to) {
    for (int c = 0; c < 3; c++) {
      int at = colour * 3 + c;
      rgb[to + c] =
          colour == transparentColour ? (byte) 255 : at < palette.length ? palette[at] : 0;
    }
  }

  /// Palette places `[height, width]` of one frame.
  ///
  /// @param interlaced 0x40 or 0
  /// @param data where its code size stands
  /// @param end behind its last data block
  static Raster raster(PictureFile file, int width, int height, int interlaced, int data, int end) {
    return Decoder.ofJdk(file, "com.sun.imageio.plugins.gif.GIFImageReaderSpi")
        .untilLastRow()
        .image(onlyFrame(file, width, height, interlaced, data, end))
        .getRaster();
  }

  private static byte[] onlyFrame(
      PictureFile file, int width, int height, int interlaced, int data, int end) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(end - data + 800);
    out.writeBytes("GIF89a".getBytes(StandardCharsets.ISO_8859_1));
    writeShort(out, width);
    writeShort(out, height);
    out.write(0xf7); // a palette of 256
    writeShort(out, 0);
    out.writeBytes(new byte[3 * 256]);
    out.write(FRAME);
    writeShort(out, 0);
    writeShort(out, 0);
    writeShort(out, width);
    writeShort(out, height);
    out.write(interlaced);
    out.write(file.bytes(), data, end - data);
    out.write(END);
    return out.toByteArray();
  }

  private static void writeShort(ByteArrayOutputStream out, int value) {
    out.write(value);
    out.write(value >> 8);
  }
}
