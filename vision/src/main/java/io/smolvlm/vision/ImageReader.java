package io.smolvlm.vision;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// From the bytes of a picture file to upright, opaque RGB.
///
/// Reads PNG, JPEG, GIF, BMP, WebP and TIFF; the content decides which, never the name. The order
/// is: size of the file, signature, our own parser for the header with its caps, and only then a
/// decoder, which is given the parts that make up the pixels and nothing else. So damaged or
/// hostile metadata (ICC, EXIF, XMP, comments) never reaches a decoder and never costs the picture,
/// while pixels that end early are refused: half a picture is a wrong answer.
///
/// - The EXIF orientation is applied.
/// - Transparent colours are laid over white.
/// - Of 16-bit samples the high byte counts.
/// - Colour profiles are ignored, as in the reference; CMYK is converted without one.
/// - Of animations and of files with several pages, the first counts.
///
/// Holds no state beyond its settings; usable from several threads.
public final class ImageReader {
  /// What becomes of grey pictures with 16 bits a pixel.
  public enum Grey16 {
    /// The high byte counts, as the eye expects.
    SCALED,
    /// All above 255 becomes white, as the reference does.
    CLIPPED
  }

  private static final String PNG = "\u0089PNG\r\n\u001a\n";

  /// Those that a file can be cut in, a blank standing for any byte.
  private static final List<String> SIGNATURES =
      List.of(PNG, "GIF89a", "GIF87a", "RIFF    WEBP", "II*\0", "MM\0*");

  private final ImageLimits limits;
  private final Grey16 grey16;

  public ImageReader() {
    this(ImageLimits.DEFAULT, Grey16.SCALED);
  }

  public ImageReader(ImageLimits limits, Grey16 grey16) {
    this.limits = limits;
    this.grey16 = grey16;
  }

  /// Reads a file.
  ///
  /// @throws SmolVlmException as [#read(byte[], String)] does; with [ErrorCode#MISSING] if there is
  ///   no such file or it cannot be read
  public RgbImage read(Path path) {
    String name = String.valueOf(path.getFileName());
    try (InputStream in = Files.newInputStream(path)) {
      return read(in.readNBytes(limits.maxBytes() + 1), name);
    } catch (NoSuchFileException e) {
      throw new SmolVlmException(ErrorCode.MISSING, name + ": no such file", e);
    } catch (IOException e) {
      throw new SmolVlmException(
          ErrorCode.MISSING,
          name + (Files.isDirectory(path) ? ": is a folder, not a picture" : ": cannot be read"),
          e);
    }
  }

  /// Reads a picture.
  ///
  /// @param bytes the whole file; not kept
  /// @param name for messages, as the user gave it
  /// @throws SmolVlmException with [ErrorCode#EMPTY] for no bytes, [ErrorCode#UNSUPPORTED] for
  ///   other formats or variants, [ErrorCode#CORRUPT] for damaged or cut files,
  ///   [ErrorCode#TOO_LARGE] for declared sizes over a cap, [ErrorCode#LIMIT] for work or memory
  ///   over a cap
  public RgbImage read(byte[] bytes, String name) {
    PictureFile file = checked(bytes, name);
    try {
      return decode(file);
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw file.error(ErrorCode.LIMIT, "takes more memory than there is", e);
    }
  }

  /// Checks a picture as far as its header tells: its size in bytes, its format, its pixels. No
  /// decoder is called and no memory is taken for pixels. What passes may still be damaged.
  ///
  /// @throws SmolVlmException as [#read(byte[], String)] does
  public void check(byte[] bytes, String name) {
    PictureFile file = checked(bytes, name);
    try {
      checkHeader(file);
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw file.error(ErrorCode.LIMIT, "takes more memory than there is", e);
    }
  }

  private PictureFile checked(byte[] bytes, String name) {
    PictureFile file = new PictureFile(bytes, name, limits);
    if (bytes.length == 0) {
      throw file.error(ErrorCode.EMPTY, "no content");
    }
    if (bytes.length > limits.maxBytes()) {
      throw file.error(
          ErrorCode.TOO_LARGE,
          "has %s bytes, allowed are %d"
              .formatted(
                  bytes.length == limits.maxBytes() + 1 ? "more" : bytes.length,
                  limits.maxBytes()));
    }
    return file;
  }

  private RgbImage decode(PictureFile file) {
    return switch (format(file)) {
      case PNG -> new PngPicture(file, grey16).read();
      case JPEG -> new JpegPicture(file).read();
      case GIF -> new GifPicture(file).read();
      case BMP -> new BmpPicture(file).read();
      case WEBP -> new WebpPicture(file).read();
      case TIFF -> new TiffPicture(file, grey16).read();
    };
  }

  private void checkHeader(PictureFile file) {
    switch (format(file)) {
      case PNG -> new PngPicture(file, grey16).checkHeader();
      case JPEG -> new JpegPicture(file).checkHeader();
      case GIF -> new GifPicture(file).checkHeader();
      case BMP -> new BmpPicture(file).checkHeader();
      case WEBP -> new WebpPicture(file).checkHeader();
      case TIFF -> new TiffPicture(file, grey16).checkHeader();
    }
  }

  private enum Format {
    PNG,
    JPEG,
    GIF,
    BMP,
    WEBP,
    TIFF
  }

  private static Format format(PictureFile file) {
    if (file.has(0, PNG)) {
      return Format.PNG;
    }
    if (file.has(0, "\u00ff\u00d8\u00ff")) {
      return Format.JPEG;
    }
    if (file.has(0, "GIF87a") || file.has(0, "GIF89a")) {
      return Format.GIF;
    }
    if (file.has(0, "BM")) {
      return Format.BMP;
    }
    if (file.has(0, "RIFF") && file.has(8, "WEBP")) {
      return Format.WEBP;
    }
    if (file.has(0, "II*\0") || file.has(0, "MM\0*")) {
      return Format.TIFF;
    }
    if (file.length() >= 3 && SIGNATURES.stream().anyMatch(file::isBeginningOf)) {
      throw file.corrupt("ends inside its signature, after %d bytes".formatted(file.length()));
    }
    throw file.unsupported("is none of PNG, JPEG, GIF, BMP, WebP, TIFF");
  }
}
