package io.smolvlm.vision;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads WebP, lossy and lossless, with transparency, and the first frame of an animation on its
/// canvas.
///
/// Chunks are walked here. Lossless pictures go to the decoder without their container; lossy ones
/// are decoded by [Vp8Frame]. Transparency of lossy pictures is a lossless picture of its own,
/// whose green is the opacity.
///
/// Source: WebP container specification; RFC 9649.
final class WebpPicture {
  private static final int ANIMATED = 0x02;
  private static final int HAS_ALPHA = 0x10;

  /// The decoder fetches bits by the 8 bytes, also behind the last one it needs.
  private static final int READ_AHEAD_BYTES = 8;

  private final PictureFile file;
  private int width;
  private int height;
  private boolean extended;
  private int flags;
  private int orientation;
  private int xmpOrientation;

  WebpPicture(PictureFile file) {
    this.file = file;
  }

  record Chunk(String type, int data, int length) {
    int end() {
      return data + length + (length & 1);
    }
  }

  /// Where one picture's parts lie.
  static final class Frame {
    int left;
    int top;
    @Nullable Chunk alpha;
    @Nullable Chunk pixels;

    Chunk pixels() {
      return java.util.Objects.requireNonNull(pixels);
    }
  }

  /// Reads no further than the declared sizes.
  void checkHeader() {
    Chunk pixels = findFrame().pixels();
    file.checkSize(frameWidth(pixels), frameHeight(pixels));
  }

  RgbImage read() {
    Frame frame = findFrame();
    return Orientation.apply(
        paint(frame, frame.pixels()), orientation != 0 ? orientation : xmpOrientation);
  }

  private Frame findFrame() {
    int end = riffEnd();
    Frame frame = new Frame();
    int at = 12;
    while (at < end) {
      Chunk chunk = chunk(at, end);
      at = chunk.end();
      readChunk(chunk, frame);
    }
    if (frame.pixels == null) {
      throw file.corrupt("a WebP without a picture");
    }
    return frame;
  }

  private int riffEnd() {
    long length = file.u32Little(4);
    file.need(8, length);
    if (length < 12) {
      throw file.corrupt("a WebP whose container has %d bytes".formatted(length));
    }
    return 8 + (int) length;
  }

  private Chunk chunk(int at, int end) {
    if (end - at < 8 || file.u32Little(at + 4) > end - at - 8) {
      throw file.corrupt("a WebP with a part that ends beyond its container, at byte " + at);
    }
    String type = new String(file.bytes(), at, 4, StandardCharsets.ISO_8859_1);
    return new Chunk(type, at + 8, (int) file.u32Little(at + 4));
  }

  private void readChunk(Chunk chunk, Frame frame) {
    switch (chunk.type) {
      case "VP8X" -> {
        file.need(chunk.data, 10);
        if (chunk.length < 10) {
          throw file.corrupt("a WebP with a header of %d bytes".formatted(chunk.length));
        }
        extended = true;
        flags = file.u8(chunk.data);
        width = file.u24Little(chunk.data + 4) + 1;
        height = file.u24Little(chunk.data + 7) + 1;
        file.checkSize(width, height);
      }
      case "ALPH", "VP8 ", "VP8L" -> {
        if ((flags & ANIMATED) == 0) {
          setPart(chunk, frame);
        }
      }
      case "ANMF" -> {
        if ((flags & ANIMATED) != 0 && frame.pixels == null) {
          readFrame(chunk, frame);
        }
      }
      case "EXIF" -> {
        int skip = file.has(chunk.data, "Exif\0\0") ? 6 : 0;
        int to = chunk.data + chunk.length;
        orientation = Orientation.inExif(file.bytes(), Math.min(chunk.data + skip, to), to);
      }
      case "XMP " ->
          xmpOrientation = Orientation.inXmp(file.bytes(), chunk.data, chunk.data + chunk.length);
      default -> {} // Colour profiles and what nobody knows.
    }
  }

  private void readFrame(Chunk frameChunk, Frame frame) {
    if (frameChunk.length < 16) {
      throw file.corrupt("a WebP with a frame of %d bytes".formatted(frameChunk.length));
    }
    frame.left = file.u24Little(frameChunk.data) * 2;
    frame.top = file.u24Little(frameChunk.data + 3) * 2;
    int end = frameChunk.data + frameChunk.length;
    int at = frameChunk.data + 16;
    while (at < end && frame.pixels == null) {
      Chunk chunk = chunk(at, end);
      at = chunk.end();
      setPart(chunk, frame);
    }
  }

  /// A frame of an animation: where it lies, how long it stands, and what becomes of the canvas
  /// before and after it.
  ///
  /// @param millis that it is shown
  /// @param over whether it is laid over the canvas, else it replaces its rectangle
  /// @param cleared whether its rectangle is emptied after it was shown
  record Motion(Frame frame, int width, int height, int millis, boolean over, boolean cleared) {}

  /// All frames of an animation; the canvas has the size of the first call's header.
  ///
  /// @return none for a still picture
  List<Motion> motions() {
    int end = riffEnd();
    List<Motion> all = new ArrayList<>();
    int at = 12;
    while (at < end) {
      Chunk chunk = chunk(at, end);
      at = chunk.end();
      if (chunk.type.equals("VP8X")) {
        readChunk(chunk, new Frame());
      } else if (chunk.type.equals("ANMF") && (flags & ANIMATED) != 0) {
        all.add(motion(chunk));
      }
    }
    return all;
  }

  private Motion motion(Chunk chunk) {
    Frame frame = new Frame();
    readFrame(chunk, frame);
    if (frame.pixels == null) {
      throw file.corrupt("a WebP with a frame without a picture");
    }
    int frameWidth = frameWidth(frame.pixels());
    int frameHeight = frameHeight(frame.pixels());
    if (frame.left + frameWidth > width || frame.top + frameHeight > height) {
      throw file.corrupt("a WebP with a frame that sticks out of its canvas");
    }
    int how = file.u8(chunk.data + 15);
    return new Motion(
        frame,
        frameWidth,
        frameHeight,
        file.u24Little(chunk.data + 12),
        (how & 2) == 0,
        (how & 1) != 0);
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /// Shows a frame on a canvas that lies on white.
  void show(Motion motion, byte[] canvas) {
    if (!motion.over()) {
      clear(motion, canvas);
    }
    paint(motion.frame(), true, canvas);
  }

  /// Empties a frame's rectangle.
  void clear(Motion motion, byte[] canvas) {
    for (int y = 0; y < motion.height(); y++) {
      int from = ((motion.frame().top + y) * width + motion.frame().left) * 3;
      java.util.Arrays.fill(canvas, from, from + motion.width() * 3, (byte) 255);
    }
  }

  private static void setPart(Chunk chunk, Frame frame) {
    if (frame.pixels != null) {
      return;
    }
    if (chunk.type.equals("ALPH")) {
      frame.alpha = chunk;
    } else if (chunk.type.equals("VP8 ") || chunk.type.equals("VP8L")) {
      frame.pixels = chunk;
    }
  }

  private int frameWidth(Chunk pixels) {
    return pixels.type.equals("VP8L") ? losslessWidth(pixels) : lossyWidth(pixels);
  }

  private int frameHeight(Chunk pixels) {
    return pixels.type.equals("VP8L") ? losslessHeight(pixels) : lossyHeight(pixels);
  }

  private RgbImage paint(Frame frame, Chunk pixels) {
    int frameWidth = frameWidth(pixels);
    int frameHeight = frameHeight(pixels);
    file.checkSize(frameWidth, frameHeight);
    if (!extended) {
      width = frameWidth;
      height = frameHeight;
    }
    boolean animated = (flags & ANIMATED) != 0;
    if (animated
        ? frame.left + frameWidth > width || frame.top + frameHeight > height
        : frameWidth != width || frameHeight != height) {
      throw file.corrupt(
          "a WebP of %d x %d pixels whose picture has %d x %d"
              .formatted(width, height, frameWidth, frameHeight));
    }
    boolean hasAlpha = !extended || (flags & HAS_ALPHA) != 0;
    byte[] rgb = new byte[width * height * 3];
    if (hasAlpha) {
      java.util.Arrays.fill(rgb, (byte) 255);
    }
    paint(frame, hasAlpha, rgb);
    return new RgbImage(width, height, rgb);
  }

  /// Lays a frame over what is there.
  private void paint(Frame frame, boolean hasAlpha, byte[] rgb) {
    Chunk pixels = frame.pixels();
    int frameWidth = frameWidth(pixels);
    int frameHeight = frameHeight(pixels);
    int at = (frame.top * width + frame.left) * 3;
    if (pixels.type.equals("VP8L")) {
      paintLossless(decodeLossless(pixels, frameWidth, frameHeight), hasAlpha, rgb, at);
    } else {
      Chunk alpha = hasAlpha ? frame.alpha : null;
      paintLossy(pixels, alpha, frameWidth, frameHeight, rgb, at);
    }
  }

  private void paintLossless(Raster raster, boolean hasAlpha, byte[] rgb, int at) {
    Samples samples = new Samples(raster);
    int bands = samples.bands();
    int[] row = samples.newRow();
    for (int y = 0; y < raster.getHeight(); y++) {
      samples.read(y, row);
      int o = at + y * width * 3;
      for (int i = 0; i < row.length; i += bands) {
        int opacity = bands == 4 && hasAlpha ? row[i + 3] : 255;
        for (int c = 0; c < 3; c++) {
          rgb[o] = White.over(row[i + c], opacity, rgb[o]);
          o++;
        }
      }
    }
  }

  private void paintLossy(
      Chunk pixels,
      @Nullable Chunk alphaChunk,
      int frameWidth,
      int frameHeight,
      byte[] rgb,
      int at) {
    byte[] colours = new Vp8Frame(file, pixels.data, pixels.length, frameWidth, frameHeight).read();
    if (alphaChunk != null) {
      byte[] alpha =
          new WebpAlpha(file, frameWidth, frameHeight)
              .read(
                  alphaChunk.data,
                  alphaChunk.length,
                  data -> decodeLossless(data, frameWidth, frameHeight));
      for (int i = 0; i < colours.length; i++) {
        int below = at + i / (frameWidth * 3) * width * 3 + i % (frameWidth * 3);
        colours[i] = White.over(colours[i] & 0xff, alpha[i / 3] & 0xff, rgb[below]);
      }
    }
    int rowBytes = frameWidth * 3;
    for (int y = 0; y < frameHeight; y++) {
      System.arraycopy(colours, y * rowBytes, rgb, at + y * width * 3, rowBytes);
    }
  }

  private Raster decodeLossless(Chunk chunk, int frameWidth, int frameHeight) {
    byte[] data = java.util.Arrays.copyOfRange(file.bytes(), chunk.data, chunk.data + chunk.length);
    return decodeLossless(data, frameWidth, frameHeight);
  }

  private Raster decodeLossless(byte[] data, int frameWidth, int frameHeight) {
    Raster raster = Decoder.of(file, new WebPImageReaderSpi()).image(container(data)).getRaster();
    if (raster.getWidth() != frameWidth || raster.getHeight() != frameHeight) {
      throw file.corrupt("a WebP whose pixels are not what its header declares");
    }
    return raster;
  }

  private static byte[] container(byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + 28);
    out.writeBytes("RIFF".getBytes(StandardCharsets.ISO_8859_1));
    writeInt(out, 12 + data.length + (data.length & 1));
    out.writeBytes("WEBPVP8L".getBytes(StandardCharsets.ISO_8859_1));
    writeInt(out, data.length);
    out.writeBytes(data);
    out.writeBytes(new byte[READ_AHEAD_BYTES]);
    return out.toByteArray();
  }

  private static void writeInt(ByteArrayOutputStream out, int value) {
    out.write(value);
    out.write(value >>> 8);
    out.write(value >>> 16);
    out.write(value >>> 24);
  }

  private int lossyWidth(Chunk chunk) {
    if (chunk.length < 10
        || (file.u8(chunk.data) & 1) != 0
        || file.u24Little(chunk.data + 3) != 0x2a019d) {
      throw file.corrupt("a WebP whose lossy picture has no start mark");
    }
    return file.u16Little(chunk.data + 6) & 0x3fff;
  }

  private int lossyHeight(Chunk chunk) {
    return file.u16Little(chunk.data + 8) & 0x3fff;
  }

  private int losslessWidth(Chunk chunk) {
    if (chunk.length < 5 || file.u8(chunk.data) != 0x2f || file.u8(chunk.data + 4) >> 5 != 0) {
      throw file.corrupt("a WebP whose lossless picture has no start mark");
    }
    return (file.u16Little(chunk.data + 1) & 0x3fff) + 1;
  }

  private int losslessHeight(Chunk chunk) {
    return (int) ((file.u32Little(chunk.data + 1) >> 14) & 0x3fff) + 1;
  }
}
