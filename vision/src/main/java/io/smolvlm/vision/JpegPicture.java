package io.smolvlm.vision;

import io.smolvlm.tensor.ErrorCode;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Set;

/// Reads JPEG: baseline, extended and progressive, grey, YCbCr, RGB, CMYK and YCCK.
///
/// Segments are walked here. The decoder is given tables, frame and scans, and an Adobe marker that
/// makes it leave the colours alone; they are converted here as libjpeg and Pillow do. CMYK is
/// taken as inverted, as Adobe writes it and Pillow assumes.
///
/// Source: ITU-T T.81; libjpeg 6b `jdapimin.c` (which colours a file has), `jdcolor.c`.
final class JpegPicture {
  private static final byte[] LEAVE_COLOURS_ALONE = {
    (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
  };

  private final PictureFile file;
  private final ByteArrayOutputStream pixels;

  private int width;
  private int height;
  private int[] components = {};
  private boolean progressive;
  private boolean jfif;
  private int adobeTransform = -1;
  private int metadataBytes;
  private int scans;
  private int orientation = -1;
  private int xmpOrientation;

  JpegPicture(PictureFile file) {
    this.file = file;
    this.pixels = new ByteArrayOutputStream(file.length() + LEAVE_COLOURS_ALONE.length);
  }

  /// Reads no further than the declared size.
  void checkHeader() {
    readSegments(true);
  }

  RgbImage read() {
    pixels.write(0xff);
    pixels.write(0xd8);
    pixels.writeBytes(LEAVE_COLOURS_ALONE);
    readSegments(false);
    Raster raster =
        Decoder.ofJdk(file, "com.sun.imageio.plugins.jpeg.JPEGImageReaderSpi")
            .harmless(warning -> warning.contains("extraneous bytes"))
            .raster(pixels.toByteArray());
    if (raster.getNumBands() != components.length
        || raster.getWidth() != width
        || raster.getHeight() != height
        || !(raster.getDataBuffer() instanceof DataBufferByte buffer)
        || buffer.getData().length != width * height * components.length) {
      throw file.corrupt("a JPEG whose pixels are not what its header declares");
    }
    return Orientation.apply(
        toRgb(buffer.getData()), orientation > 0 ? orientation : xmpOrientation);
  }

  private void readSegments(boolean untilFrame) {
    int at = 2;
    while (!untilFrame || components.length == 0) {
      while (file.u8(at) != 0xff) {
        at++;
      }
      while (file.u8(at) == 0xff) {
        at++;
      }
      int marker = file.u8(at++);
      switch (marker) {
        case 0x00, 0x01, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7 -> {}
        case 0xd8 -> throw file.corrupt("a JPEG with a second start at byte " + at);
        case 0xd9 -> {
          if (scans == 0) {
            throw file.corrupt("a JPEG without pixels");
          }
          pixels.write(0xff);
          pixels.write(0xd9);
          return;
        }
        default -> at = readSegment(marker, at);
      }
    }
  }

  private int readSegment(int marker, int at) {
    int length = file.u16(at);
    if (length < 2) {
      throw file.corrupt("a JPEG with a segment of %d bytes at byte %d".formatted(length, at));
    }
    file.need(at, length);
    int end = at + length;
    switch (marker) {
      case 0xc0, 0xc1, 0xc2 -> {
        readFrame(marker, at, length);
        copy(marker, at, end);
      }
      case 0xc3, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf ->
          throw file.unsupported("a JPEG of a kind that is not read (marker %x)".formatted(marker));
      case 0xc4, 0xdb, 0xdd -> copy(marker, at, end);
      case 0xda -> {
        checkScan();
        int scanEnd = endOfScan(end);
        copy(marker, at, scanEnd);
        return scanEnd;
      }
      case 0xe0,
          0xe1,
          0xe2,
          0xe3,
          0xe4,
          0xe5,
          0xe6,
          0xe7,
          0xe8,
          0xe9,
          0xea,
          0xeb,
          0xec,
          0xed,
          0xee,
          0xef,
          0xfe ->
          readMetadata(marker, at, end);
      default -> throw file.corrupt("a JPEG with an unknown marker %x".formatted(marker));
    }
    return end;
  }

  private void copy(int marker, int from, int to) {
    pixels.write(0xff);
    pixels.write(marker);
    pixels.write(file.bytes(), from, to - from);
  }

  private void readFrame(int marker, int at, int length) {
    if (components.length > 0) {
      throw file.corrupt("a JPEG with two frames");
    }
    if (length < 8 || length != 8 + 3 * file.u8(at + 7)) {
      throw file.corrupt("a JPEG with a frame header of %d bytes".formatted(length));
    }
    int precision = file.u8(at + 2);
    if (precision != 8) {
      String what = "a JPEG of %d bits a sample, read are 8".formatted(precision);
      throw precision == 12 ? file.unsupported(what) : file.corrupt(what);
    }
    int count = file.u8(at + 7);
    if (count != 1 && count != 3 && count != 4) {
      throw file.corrupt("a JPEG of %d components, read are 1, 3 and 4".formatted(count));
    }
    file.checkSize(file.u16(at + 5), file.u16(at + 3));
    width = file.u16(at + 5);
    height = file.u16(at + 3);
    progressive = marker == 0xc2;
    components = new int[count];
    Set<Integer> seen = new HashSet<>();
    for (int c = 0; c < count; c++) {
      int component = at + 8 + 3 * c;
      components[c] = file.u8(component);
      int across = file.u8(component + 1) >> 4;
      int down = file.u8(component + 1) & 15;
      if (!seen.add(components[c])
          || across < 1
          || across > 4
          || down < 1
          || down > 4
          || file.u8(component + 2) > 3) {
        throw file.corrupt("a JPEG with an impossible component " + components[c]);
      }
    }
  }

  private void checkScan() {
    if (components.length == 0) {
      throw file.corrupt("a JPEG with pixels before its frame header");
    }
    scans++;
    if (scans > file.limits().maxScans()) {
      throw file.error(
          ErrorCode.LIMIT, "a JPEG of more than %d scans".formatted(file.limits().maxScans()));
    }
    if (progressive && (long) scans * width * height > file.limits().maxScanPixels()) {
      throw file.error(
          ErrorCode.LIMIT,
          "a JPEG of %d x %d pixels with %d scans or more, allowed are %d pixels in all scans"
              .formatted(width, height, scans, file.limits().maxScanPixels()));
    }
  }

  /// The place of the first marker behind entropy-coded data.
  private int endOfScan(int from) {
    byte[] bytes = file.bytes();
    for (int at = from; at < bytes.length - 1; at++) {
      if (bytes[at] == (byte) 0xff) {
        int next = bytes[at + 1] & 0xff;
        if (next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7)) {
          return at;
        }
      }
    }
    throw file.corrupt("a JPEG that ends in the middle of its pixels");
  }

  private void readMetadata(int marker, int at, int end) {
    metadataBytes += end - at;
    if (metadataBytes > file.limits().maxMetadataBytes()) {
      throw file.error(
          ErrorCode.LIMIT,
          "a JPEG with more than %d bytes of metadata".formatted(file.limits().maxMetadataBytes()));
    }
    int data = at + 2;
    if (marker == 0xe0 && file.has(data, "JFIF\0")) {
      jfif = true;
    } else if (marker == 0xe1 && file.has(data, "Exif\0\0") && orientation < 0) {
      orientation = Orientation.inExif(file.bytes(), Math.min(data + 6, end), end);
    } else if (marker == 0xe1 && file.has(data, "http://ns.adobe.com/xap/1.0/\0")) {
      xmpOrientation = Orientation.inXmp(file.bytes(), data, end);
    } else if (marker == 0xee && end - data >= 12 && file.has(data, "Adobe")) {
      adobeTransform = file.u8(data + 11);
    }
  }

  private RgbImage toRgb(byte[] samples) {
    byte[] rgb = components.length == 3 ? samples : new byte[width * height * 3];
    switch (components.length) {
      case 1 -> {
        for (int i = 0, o = 0; i < samples.length; i++) {
          rgb[o++] = samples[i];
          rgb[o++] = samples[i];
          rgb[o++] = samples[i];
        }
      }
      case 3 -> {
        if (isYCbCr()) {
          new YCbCr().toRgb(samples, 3);
        }
      }
      default -> {
        if (adobeTransform == 2) {
          new YCbCr().toRgb(samples, 4);
          // YCCK holds inks: what was computed is 255 minus each.
          for (int i = 0; i < samples.length; i++) {
            if ((i & 3) != 3) {
              samples[i] = (byte) ~samples[i];
            }
          }
        }
        for (int i = 0, o = 0; i < samples.length; i += 4, o += 3) {
          Cmyk.toRgb(
              ~samples[i] & 0xff,
              ~samples[i + 1] & 0xff,
              ~samples[i + 2] & 0xff,
              ~samples[i + 3] & 0xff,
              rgb,
              o);
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private boolean isYCbCr() {
    if (jfif) {
      return true;
    }
    if (adobeTransform >= 0) {
      return adobeTransform != 0;
    }
    return components[0] != 'R' || components[1] != 'G' || components[2] != 'B';
  }
}
