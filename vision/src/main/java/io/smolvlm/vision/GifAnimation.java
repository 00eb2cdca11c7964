package io.smolvlm.vision;

import java.awt.image.Raster;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// All frames of a GIF, drawn one over the other on a white canvas.
///
/// Source: GIF89a specification.
final class GifAnimation implements Animation {
  private static final int EXTENSION = 0x21;
  private static final int FRAME = 0x2c;
  private static final int END = 0x3b;
  private static final int GRAPHIC_CONTROL = 0xf9;
  private static final int TO_BACKGROUND = 2;
  private static final int TO_PREVIOUS = 3;

  /// Shorter ones are shown as long as this by every viewer.
  private static final int SHORTEST = 20;

  private static final int USUAL = 100;

  /// @param at where its descriptor stands
  /// @param data where its pixels' code size stands
  /// @param end behind its last data block
  @SuppressWarnings("ArrayRecordComponent") // palettes are looked up, not compared
  private record Frame(
      int at, int data, int end, byte[] palette, int transparent, int disposal, int millis) {}

  private final PictureFile file;
  private final int width;
  private final int height;
  private final List<Frame> frames = new ArrayList<>();
  private final byte[] canvas;
  private byte[] before = {};
  private int shown;

  /// Walks the whole file and decodes none of its pixels.
  GifAnimation(PictureFile file) {
    this.file = file;
    this.width = file.u16Little(6);
    this.height = file.u16Little(8);
    file.checkSize(width, height);
    walk();
    if (frames.isEmpty()) {
      throw file.corrupt("a GIF without a picture");
    }
    this.canvas = new byte[width * height * 3];
    Arrays.fill(canvas, (byte) 255);
  }

  private void walk() {
    byte[] common = palette(file.u8(10), 13);
    int at = 13 + common.length;
    int transparent = -1;
    int disposal = 0;
    int millis = USUAL;
    while (file.u8(at) != END) {
      switch (file.u8(at)) {
        case EXTENSION -> {
          if (file.u8(at + 1) == GRAPHIC_CONTROL && file.u8(at + 2) >= 4) {
            int flags = file.u8(at + 3);
            transparent = (flags & 1) != 0 ? file.u8(at + 6) : -1;
            disposal = flags >> 2 & 7;
            int told = 10 * file.u16Little(at + 4);
            millis = told < SHORTEST ? USUAL : told;
          }
          at = endOfBlocks(at + 2);
        }
        case FRAME -> {
          byte[] own = palette(file.u8(at + 9), at + 10);
          byte[] palette = own.length > 0 ? own : common;
          int data = at + 10 + own.length;
          int end = endOfBlocks(data + 1);
          checkFrame(at, palette);
          frames.add(new Frame(at, data, end, palette, transparent, disposal, millis));
          transparent = -1;
          disposal = 0;
          millis = USUAL;
          at = end;
        }
        default -> throw file.corrupt("a GIF with an unknown block %x".formatted(file.u8(at)));
      }
    }
  }

  private void checkFrame(int at, byte[] palette) {
    int right = file.u16Little(at + 1) + file.u16Little(at + 5);
    int bottom = file.u16Little(at + 3) + file.u16Little(at + 7);
    file.checkSize(file.u16Little(at + 5), file.u16Little(at + 7));
    if (right > width || bottom > height) {
      throw file.corrupt("a GIF with a frame that sticks out of its canvas");
    }
    if (palette.length == 0) {
      throw file.corrupt("a GIF without a palette");
    }
  }

  private byte[] palette(int flags, int at) {
    if ((flags & 0x80) == 0) {
      return new byte[0];
    }
    int length = 3 << ((flags & 7) + 1);
    file.need(at, length);
    return Arrays.copyOfRange(file.bytes(), at, at + length);
  }

  private int endOfBlocks(int from) {
    int at = from;
    while (file.u8(at) != 0) {
      at += 1 + file.u8(at);
    }
    return at + 1;
  }

  @Override
  public int frames() {
    return frames.size();
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public long millis() {
    return frames.stream().mapToLong(Frame::millis).sum();
  }

  @Override
  public byte[] next() {
    if (shown > 0) {
      dispose(frames.get(shown - 1));
    }
    Frame frame = frames.get(shown++);
    if (frame.disposal() == TO_PREVIOUS) {
      before = canvas.clone();
    }
    paint(frame);
    return canvas;
  }

  private void dispose(Frame frame) {
    if (frame.disposal() == TO_PREVIOUS) {
      System.arraycopy(before, 0, canvas, 0, canvas.length);
    } else if (frame.disposal() == TO_BACKGROUND) {
      int bytes = file.u16Little(frame.at() + 5) * 3;
      for (int y = 0; y < file.u16Little(frame.at() + 7); y++) {
        int from = place(frame, y);
        Arrays.fill(canvas, from, from + bytes, (byte) 255);
      }
    }
  }

  private int place(Frame frame, int y) {
    int left = file.u16Little(frame.at() + 1);
    int top = file.u16Little(frame.at() + 3);
    return ((top + y) * width + left) * 3;
  }

  private void paint(Frame frame) {
    int frameWidth = file.u16Little(frame.at() + 5);
    int frameHeight = file.u16Little(frame.at() + 7);
    int interlaced = file.u8(frame.at() + 9) & 0x40;
    Raster raster =
        GifPicture.raster(file, frameWidth, frameHeight, interlaced, frame.data(), frame.end());
    Samples samples = new Samples(raster);
    int[] row = samples.newRow();
    byte[] palette = frame.palette();
    for (int y = 0; y < frameHeight; y++) {
      samples.read(y, row);
      int o = place(frame, y);
      for (int x = 0; x < frameWidth; x++, o += 3) {
        int colour = row[x];
        if (colour != frame.transparent()) {
          for (int c = 0; c < 3; c++) {
            // Colours that the palette lacks are black.
            int at = colour * 3 + c;
            canvas[o + c] = at < palette.length ? palette[at] : 0;
          }
        }
      }
    }
  }
}
