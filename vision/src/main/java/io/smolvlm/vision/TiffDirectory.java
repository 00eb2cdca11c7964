package io.smolvlm.vision;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/// The first directory of a TIFF: its entries, checked against the bytes of the file before
/// anything is allocated, and the same directory reduced to what makes up the pixels.
final class TiffDirectory {
  static final int WIDTH = 256;
  static final int HEIGHT = 257;
  static final int BITS = 258;
  static final int COMPRESSION = 259;
  static final int PHOTOMETRIC = 262;
  static final int STRIP_OFFSETS = 273;
  static final int ORIENTATION = 274;
  static final int SAMPLES = 277;
  static final int ROWS_PER_STRIP = 278;
  static final int STRIP_BYTES = 279;
  static final int PLANAR = 284;
  static final int PREDICTOR = 317;
  static final int COLOUR_MAP = 320;
  static final int TILE_WIDTH = 322;
  static final int TILE_HEIGHT = 323;
  static final int TILE_OFFSETS = 324;
  static final int TILE_BYTES = 325;
  static final int EXTRA_SAMPLES = 338;
  static final int SAMPLE_FORMAT = 339;
  private static final int FILL_ORDER = 266;
  private static final int FAX_3_OPTIONS = 292;
  private static final int FAX_4_OPTIONS = 293;
  private static final int JPEG_TABLES = 347;
  private static final int YCBCR_FACTORS = 529;
  private static final int YCBCR_SUBSAMPLING = 530;
  private static final int YCBCR_POSITION = 531;
  private static final int REFERENCE_BLACK_WHITE = 532;

  private static final int[] PIXEL_TAGS = {
    WIDTH,
    HEIGHT,
    BITS,
    COMPRESSION,
    PHOTOMETRIC,
    FILL_ORDER,
    STRIP_OFFSETS,
    SAMPLES,
    ROWS_PER_STRIP,
    STRIP_BYTES,
    PLANAR,
    FAX_3_OPTIONS,
    FAX_4_OPTIONS,
    PREDICTOR,
    COLOUR_MAP,
    TILE_WIDTH,
    TILE_HEIGHT,
    TILE_OFFSETS,
    TILE_BYTES,
    EXTRA_SAMPLES,
    SAMPLE_FORMAT,
    JPEG_TABLES,
    YCBCR_FACTORS,
    YCBCR_SUBSAMPLING,
    YCBCR_POSITION,
    REFERENCE_BLACK_WHITE
  };

  private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int ENTRY_BYTES = 12;

  private final PictureFile file;
  private final boolean little;
  private final Map<Integer, Integer> entries = new TreeMap<>();

  TiffDirectory(PictureFile file) {
    this.file = file;
    this.little = file.u8(0) == 'I';
    long at = u32(4);
    file.need(at, 2);
    int count = u16((int) at);
    if (count == 0) {
      throw file.corrupt("a TIFF with an empty directory");
    }
    file.need(at + 2, (long) count * ENTRY_BYTES);
    for (int i = 0; i < count; i++) {
      int entry = (int) at + 2 + i * ENTRY_BYTES;
      entries.putIfAbsent(u16(entry), entry);
    }
  }

  private int u16(int at) {
    return little ? file.u16Little(at) : file.u16(at);
  }

  private long u32(int at) {
    return little ? file.u32Little(at) : file.u32(at);
  }

  /// The one number of an entry that must be there.
  long number(int tag) {
    if (!entries.containsKey(tag)) {
      throw file.corrupt("a TIFF without the entry " + tag);
    }
    return first(tag, 0);
  }

  long number(int tag, long otherwise) {
    return first(tag, otherwise);
  }

  /// The first number of an entry.
  long first(int tag, long otherwise) {
    return numbers(tag, otherwise)[0];
  }

  /// All numbers of an entry, at least one.
  long[] numbers(int tag, long otherwise) {
    Integer entry = entries.get(tag);
    if (entry == null) {
      return new long[] {otherwise};
    }
    int type = u16(entry + 2);
    if (type != BYTE && type != SHORT && type != LONG) {
      throw file.corrupt("a TIFF whose entry %d is of type %d".formatted(tag, type));
    }
    int at = values(tag, entry);
    if (u32(entry + 4) == 0) {
      throw file.corrupt("a TIFF whose entry %d is empty".formatted(tag));
    }
    long[] out = new long[(int) u32(entry + 4)];
    for (int i = 0; i < out.length; i++) {
      out[i] =
          switch (type) {
            case BYTE -> file.u8(at + i);
            case SHORT -> u16(at + 2 * i);
            default -> u32(at + 4 * i);
          };
    }
    return out;
  }

  /// Where an entry's values lie, all of them inside the file.
  private int values(int tag, int entry) {
    int type = u16(entry + 2);
    if (type < 1 || type >= TYPE_BYTES.length) {
      throw file.corrupt("a TIFF whose entry %d is of type %d".formatted(tag, type));
    }
    long bytes = u32(entry + 4) * TYPE_BYTES[type];
    long at = bytes <= 4 ? entry + 8 : u32(entry + 8);
    file.need(at, bytes);
    return (int) at;
  }

  /// Colours as `[2^bits, 3]` bytes; maps written with 8 bits in place of 16 are understood.
  byte[] palette(int size) {
    long[] map = numbers(COLOUR_MAP, 0);
    if (map.length < 3 * size) {
      throw file.corrupt("a TIFF with a palette of %d colours".formatted(map.length / 3));
    }
    boolean eightBits = true;
    for (long value : map) {
      eightBits &= value < 256;
    }
    byte[] palette = new byte[3 * size];
    for (int i = 0; i < size; i++) {
      for (int c = 0; c < 3; c++) {
        long value = map[c * size + i];
        palette[3 * i + c] = (byte) (eightBits ? value : value >> 8);
      }
    }
    return palette;
  }

  /// Refuses layouts that do not add up, so that the decoder meets none.
  void checkPixels(int width, int height, int bits, int samples) {
    long compression = first(COMPRESSION, 1);
    boolean known =
        (compression >= 1 && compression <= 5)
            || compression == 7
            || compression == 8
            || compression == 32773
            || compression == 32946;
    if (!known) {
      throw file.unsupported("a TIFF in compression " + compression);
    }
    if (compression >= 2 && compression <= 4 && (bits != 1 || samples != 1)) {
      throw file.corrupt("a TIFF in fax compression that is not black and white");
    }
    long predictor = first(PREDICTOR, 1);
    if (predictor != 1 && (predictor != 2 || bits < 8)) {
      throw file.corrupt("a TIFF with predictor " + predictor);
    }
    long planar = first(PLANAR, 1);
    if (planar != 1 && planar != 2) {
      throw file.corrupt("a TIFF with planar configuration " + planar);
    }
    boolean tiled = entries.containsKey(TILE_OFFSETS);
    long blockWidth = tiled ? number(TILE_WIDTH) : width;
    long blockHeight =
        tiled ? number(TILE_HEIGHT) : Math.min(first(ROWS_PER_STRIP, height), height);
    if (blockWidth < 1 || blockHeight < 1 || blockWidth > 65536 || blockHeight > 65536) {
      throw file.corrupt("a TIFF in parts of %d x %d pixels".formatted(blockWidth, blockHeight));
    }
    long planes = planar == 2 ? samples : 1;
    long perPlane = Math.ceilDiv(width, blockWidth) * Math.ceilDiv(height, blockHeight);
    long rowBytes = (blockWidth * bits * (planar == 2 ? 1 : samples) + 7) / 8;
    checkBlocks(tiled, perPlane * planes, compression == 1, blockHeight, rowBytes, height);
    if (entries.containsKey(COLOUR_MAP) && numbers(COLOUR_MAP, 0).length % 3 != 0) {
      throw file.corrupt("a TIFF with a ragged palette");
    }
  }

  private void checkBlocks(
      boolean tiled, long count, boolean plain, long blockHeight, long rowBytes, int height) {
    long[] offsets = numbersOf(tiled ? TILE_OFFSETS : STRIP_OFFSETS);
    long[] sizes = numbersOf(tiled ? TILE_BYTES : STRIP_BYTES);
    if (offsets.length < count || sizes.length < count) {
      throw file.corrupt(
          "a TIFF in %d parts, needed are %d"
              .formatted(Math.min(offsets.length, sizes.length), count));
    }
    long left = height;
    for (int i = 0; i < count; i++) {
      long rows = tiled ? blockHeight : Math.min(blockHeight, left);
      left = left - rows > 0 ? left - rows : height;
      file.need(offsets[i], sizes[i]);
      if (sizes[i] < 1 || (plain && sizes[i] < rows * rowBytes)) {
        throw file.corrupt("a TIFF whose part %d has %d bytes".formatted(i, sizes[i]));
      }
    }
  }

  private long[] numbersOf(int tag) {
    number(tag);
    return numbers(tag, 0);
  }

  /// The file with one directory at its end, of the entries that the pixels need.
  byte[] onlyPixels() {
    ByteBuffer out =
        ByteBuffer.allocate(file.length() + 8 + PIXEL_TAGS.length * ENTRY_BYTES)
            .order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    out.put(file.bytes());
    int directory = file.length() + (file.length() & 1);
    out.putInt(4, directory);
    out.position(directory + 2);
    int count = 0;
    for (int tag : PIXEL_TAGS) {
      Integer entry = entries.get(tag);
      if (entry != null) {
        values(tag, entry);
        out.put(file.bytes(), entry, ENTRY_BYTES);
        count++;
      }
    }
    out.putInt(0);
    out.putShort(directory, (short) count);
    return java.util.Arrays.copyOf(out.array(), out.position());
  }
}
