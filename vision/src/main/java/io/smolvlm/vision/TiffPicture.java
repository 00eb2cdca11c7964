package io.smolvlm.vision;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import java.awt.image.Raster;

/// Reads the first page of a TIFF: grey, palette, RGB, CMYK and YCbCr in strips or tiles.
///
/// The first directory is read and checked here ([TiffDirectory]); the decoder is given the file
/// with a directory that holds only what makes up the pixels. Colours, opacity and orientation are
/// applied here, except those of YCbCr.
///
/// Source: TIFF 6.0 with its technical notes.
final class TiffPicture {
  private static final int WHITE_IS_ZERO = 0;
  private static final int BLACK_IS_ZERO = 1;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int CMYK = 5;
  private static final int YCBCR = 6;

  private final PictureFile file;
  private final ImageReader.Grey16 grey16;
  private final TiffDirectory directory;

  private int width;
  private int height;
  private int bits;
  private int samples;
  private int colours;
  private int photometric;
  private int alphaAt = -1;
  private boolean premultiplied;

  TiffPicture(PictureFile file, ImageReader.Grey16 grey16) {
    this.file = file;
    this.grey16 = grey16;
    this.directory = new TiffDirectory(file);
  }

  /// Reads no further than the directory.
  void checkHeader() {
    readLayout();
    directory.checkPixels(width, height, bits, samples);
  }

  RgbImage read() {
    checkHeader();
    Decoder decoder =
        Decoder.of(file, new TIFFImageReaderSpi())
            .harmless(warning -> warning.contains("8 bit ColorMap"));
    byte[] bytes = directory.onlyPixels();
    Raster raster = photometric == YCBCR ? decoder.image(bytes).getRaster() : decoder.raster(bytes);
    if (raster.getWidth() != width
        || raster.getHeight() != height
        || raster.getNumBands() < colours) {
      throw file.corrupt("a TIFF whose pixels are not what its directory declares");
    }
    int orientation = (int) directory.number(TiffDirectory.ORIENTATION, 1);
    return Orientation.apply(toRgb(raster), orientation >= 1 && orientation <= 8 ? orientation : 1);
  }

  private void readLayout() {
    long declaredWidth = directory.number(TiffDirectory.WIDTH);
    long declaredHeight = directory.number(TiffDirectory.HEIGHT);
    file.checkSize(declaredWidth, declaredHeight);
    width = (int) declaredWidth;
    height = (int) declaredHeight;
    long declaredSamples = directory.number(TiffDirectory.SAMPLES, 1);
    if (declaredSamples < 1 || declaredSamples > 5) {
      throw file.corrupt(
          "a TIFF of %d samples a pixel, read are 1 to 5".formatted(declaredSamples));
    }
    samples = (int) declaredSamples;
    bits = checkedBits();
    long declared = directory.number(TiffDirectory.PHOTOMETRIC);
    photometric = (int) Math.min(declared, Integer.MAX_VALUE);
    colours =
        switch (photometric) {
          case WHITE_IS_ZERO, BLACK_IS_ZERO, PALETTE -> 1;
          case RGB, YCBCR -> 3;
          case CMYK -> 4;
          default ->
              throw (declared <= 10 || declared >= 32_000
                  ? file.unsupported("a TIFF of colour model " + declared)
                  : file.corrupt("a TIFF of the unknown colour model " + declared));
        };
    boolean legal =
        switch (photometric) {
          case PALETTE -> bits <= 8 && samples == 1;
          case YCBCR -> bits == 8 && samples == 3;
          case RGB, CMYK -> bits >= 8;
          default -> bits >= 8 || samples == 1;
        };
    if (samples < colours) {
      throw file.corrupt(
          "a TIFF of colour model %d with %d samples a pixel".formatted(photometric, samples));
    }
    if (!legal || directory.number(TiffDirectory.SAMPLE_FORMAT, 1) != 1) {
      throw file.unsupported(
          "a TIFF of colour model %d with %d samples of %d bits"
              .formatted(photometric, samples, bits));
    }
    if (samples > colours) {
      long extra = directory.first(TiffDirectory.EXTRA_SAMPLES, 0);
      premultiplied = extra == 1;
      alphaAt = extra == 1 || extra == 2 ? colours : -1;
    }
  }

  private int checkedBits() {
    long[] each = directory.numbers(TiffDirectory.BITS, 1);
    for (long b : each) {
      if (b != each[0]) {
        throw file.unsupported("a TIFF with samples of different bits");
      }
    }
    if (each[0] != 1 && each[0] != 2 && each[0] != 4 && each[0] != 8 && each[0] != 16) {
      String what = "a TIFF of %d bits a sample".formatted(each[0]);
      throw each[0] == 32 || each[0] == 64 ? file.unsupported(what) : file.corrupt(what);
    }
    return (int) each[0];
  }

  private RgbImage toRgb(Raster raster) {
    byte[] rgb = new byte[Math.multiplyExact(width * 3, height)];
    byte[] palette = photometric == PALETTE ? directory.palette(1 << bits) : new byte[0];
    int bands = raster.getNumBands();
    Samples stored = new Samples(raster);
    int[] row = stored.newRow();
    byte[] pixel = new byte[3];
    int o = 0;
    for (int y = 0; y < height; y++) {
      stored.read(y, row);
      for (int i = 0; i < row.length; i += bands) {
        switch (photometric) {
          case PALETTE -> System.arraycopy(palette, 3 * row[i], pixel, 0, 3);
          case CMYK ->
              Cmyk.toRgb(
                  high(row[i]), high(row[i + 1]), high(row[i + 2]), high(row[i + 3]), pixel, 0);
          case RGB, YCBCR -> {
            for (int c = 0; c < 3; c++) {
              pixel[c] = (byte) high(row[i + c]);
            }
          }
          default -> java.util.Arrays.fill(pixel, grey(row[i]));
        }
        int alpha = alphaAt >= 0 && alphaAt < bands ? high(row[i + alphaAt]) : 255;
        for (int c = 0; c < 3; c++) {
          int value = pixel[c] & 0xff;
          rgb[o++] =
              premultiplied ? (byte) Math.min(value + 255 - alpha, 255) : White.over(value, alpha);
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private int high(int sample) {
    return bits == 16 ? sample >> 8 : sample;
  }

  private byte grey(int sample) {
    if (bits == 16 && grey16 == ImageReader.Grey16.CLIPPED) {
      return (byte) Math.min(sample, 255);
    }
    int value = bits < 8 ? sample * 255 / ((1 << bits) - 1) : high(sample);
    return (byte) (photometric == WHITE_IS_ZERO ? 255 - value : value);
  }
}
